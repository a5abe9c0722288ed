// ReDoc's menu takes its maker's logo from another host, and no option forbids it.
// The page's icon is the same logo from this machine. Loaded before ReDoc.
(() => {
  const theirs = "https://cdn.redoc.ly/redoc/logo-mini.svg";
  const ours = document.querySelector("link[rel=icon]").href;
  const local = (url) => (url === theirs ? ours : url);

  // React sets the attribute, and the property once more.
  const images = HTMLImageElement.prototype;
  const { get, set } = Object.getOwnPropertyDescriptor(images, "src");
  images.setAttribute = function (name, value) {
    Element.prototype.setAttribute.call(this, name, local(value));
  };
  Object.defineProperty(images, "src", {
    get,
    set(url) { set.call(this, local(url)); },
  });
})();
