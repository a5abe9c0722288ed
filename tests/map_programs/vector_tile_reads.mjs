// make vector-tile: @mapbox/vector-tile, which MapLibre reads tiles with, reads all of ours.
//
// At each zoom the counts of a layer's features add up to the same number, that of the
// list where it tells one.

import { VectorTile } from "@mapbox/vector-tile";
import { PbfReader } from "pbf";

const { BASE_URL, EMAIL, PASSWORD } = process.env;
const SIGN_IN = Buffer.from(`${EMAIL}:${PASSWORD}`).toString("base64");
const ZOOMS = [0, 1, 2, 3, 4];
const LAYERS = ["members", "events", "organizations"];

async function ask(path) {
  const answer = await fetch(`${BASE_URL}${path}`, { headers: { Authorization: `Basic ${SIGN_IN}` } });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer;
}

/** Return the layers of a tile; an empty tile is a 204. */
async function tile(z, x, y) {
  const answer = await ask(`/api/tiles/${LAYERS}/${z}/${x}/${y}.pbf`);
  return new VectorTile(new PbfReader(await answer.arrayBuffer())).layers;
}

/** Return how many each layer counts in all tiles of a zoom. */
async function counted(z) {
  const sums = Object.fromEntries(LAYERS.map((name) => [name, 0]));
  for (let x = 0; x < 2 ** z; x++) {
    for (let y = 0; y < 2 ** z; y++) {
      for (const [name, layer] of Object.entries(await tile(z, x, y))) {
        for (let i = 0; i < layer.length; i++) sums[name] += layer.feature(i).properties.count;
      }
    }
  }
  return sums;
}

const sums = [];
for (const z of ZOOMS) sums.push(await counted(z));
let failed = false;
for (const name of LAYERS) {
  const numbers = sums.map((sum) => sum[name]);
  const items = await (await ask(`/api/ogc/collections/${name}/items?limit=10000`)).json();
  const placed = items.features.filter(({ geometry }) => geometry !== null).length;
  failed ||= numbers.some((number) => number !== placed) || placed === 0;
  console.log(`${name}: ${placed} in the list; at zooms ${ZOOMS}: ${numbers}`);
}
process.exit(failed ? 1 : 0);
