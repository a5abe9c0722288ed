// Submits the filter as soon as an organization is chosen or cleared.
django.jQuery(() => {
  const filter = django.jQuery("#organization-filter");
  filter.on("change", () => filter[0].form.submit());
});
