// Reads ESC/POS bytes with an interpreter that is none of ours (npm npos): what does a ticket say to a stranger?
//
//   node paper.mjs ticket.bin OUT
//
// prints {text: [line, …], images: [{file, width, height}, …], commands: [name, …]} and writes each picture, as it
// comes out on paper, to OUT-0.pbm, OUT-1.pbm, … for zbarimg. What the interpreter does not know ends the program with 1.
import { createRequire } from 'node:module'
import { readFileSync, writeFileSync } from 'node:fs'

const require = createRequire(new URL('../../../web-kiosk/package.json', import.meta.url))
const npos = require('npos')
const iconv = require('iconv-lite')

const [ticket, out] = process.argv.slice(2)
if (!out) {
  console.error('usage: node paper.mjs ticket.bin OUT')
  process.exit(2)
}
const bytes = readFileSync(ticket)
const { tree, entries } = await npos.parser().parse(bytes)

const images = entries.filter(e => e.type === 'raster').map((entry, i) => {
  const picture = { file: `${out}-${i}.pbm`, ...scaled(entry.data, doubling(entry.nodes)) }
  writeFileSync(picture.file, pbm(picture))
  return { file: picture.file, width: picture.width, height: picture.height }
})
const text = entries.filter(e => e.type === 'text')
  .map(e => iconv.decode(Buffer.from(e.data), 'gb18030')).join('')
  .split('\n').filter(line => line !== '')
const commands = tree.map(node => `${node.ascii} ${node.fn ?? ''}`.trim())
console.log(JSON.stringify({ text, images, commands }))

// doubling returns how many times wider and higher than sent the bands of a picture are printed: m of GS v 0, which the
// interpreter reads over. It has moved each node's offset to the first row, behind m xL xH yL yH.
function doubling(bands) {
  const modes = new Set(bands.map(band => bytes[band.offset - 5] & 3))
  if (modes.size !== 1) throw new Error(`bands of one picture in different modes: ${[...modes]}`)
  const [m] = modes
  return { across: m & 1 ? 2 : 1, down: m & 2 ? 2 : 1 }
}

function scaled(bitmap, { across, down }) {
  const width = bitmap.width * across
  const height = bitmap.height * down
  return { width, height, black: (x, y) => bitmap.getPixel(Math.floor(x / across), Math.floor(y / down)) === 0 }
}

function pbm({ width, height, black }) {
  const stride = Math.ceil(width / 8)
  const rows = Buffer.alloc(stride * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (black(x, y)) rows[y * stride + (x >> 3)] |= 0x80 >> (x & 7)
    }
  }
  return Buffer.concat([Buffer.from(`P4\n${width} ${height}\n`), rows])
}
