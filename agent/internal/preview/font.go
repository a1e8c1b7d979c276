package preview

import (
	"cmp"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"

	"hallpulse/firmware-protocol/escpos"
)

// Font draws the characters of a printer in a font of this machine. It reads its file as it draws.
type Font struct {
	face font.Face
	file *os.File
}

// Close ends the use of the font.
func (f *Font) Close() error { return errors.Join(f.face.Close(), f.file.Close()) }

// ErrNoFont: this machine has no font with Chinese characters.
var ErrNoFont = errors.New("no Chinese font found: install one (Debian, Ubuntu: apt-get install fonts-noto-cjk; openEuler, Kylin: dnf install google-noto-sans-cjk-fonts), or name a file with --font")

// folders are where fontconfig looks for fonts.
func folders() []string {
	all := []string{"/usr/share/fonts", "/usr/local/share/fonts"}
	if home, err := os.UserHomeDir(); err == nil {
		all = append(all, filepath.Join(home, ".local/share/fonts"), filepath.Join(home, ".fonts"))
	}
	return all
}

// FindFont opens a font file; where none is named, the best of this machine that has Chinese characters.
func FindFont(file string) (*Font, error) {
	if file != "" {
		return openFont(file)
	}
	return findIn(folders())
}

func findIn(folders []string) (*Font, error) {
	var files []string
	for _, dir := range folders {
		_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error { // what cannot be read has no font for us
			if err == nil && !d.IsDir() && rank(path) < len(likely()) {
				files = append(files, path)
			}
			return nil
		})
	}
	slices.SortFunc(files, func(a, b string) int { return cmp.Or(rank(a)-rank(b), strings.Compare(a, b)) })
	for _, file := range files {
		if f, err := openFont(file); err == nil {
			return f, nil
		}
	}
	return nil, ErrNoFont
}

// likely are what fonts with Chinese characters are called, the plainest first.
func likely() []string {
	return []string{
		"notosansmonocjk", "notosanscjk-regular", "notosanscjksc-regular", "notosanssc-regular", "sourcehansans", "wqy-microhei", "wqy-zenhei",
		"notosanscjk", "notosanssc", "notoserifcjk", "sourcehan", "droidsansfallback", "unifont", "simhei", "simsun", "uming", "ukai",
	}
}

// rank says how good a font will do by the name of its file; len(likely) is none.
func rank(path string) int {
	name := strings.ToLower(filepath.Base(path))
	if ext := filepath.Ext(name); ext != ".ttf" && ext != ".otf" && ext != ".ttc" && ext != ".otc" {
		return len(likely())
	}
	for i, l := range likely() {
		if strings.HasPrefix(name, l) {
			return i
		}
	}
	return len(likely())
}

// openFont opens a font that has Chinese characters; of a collection the one of even width and of simplified shapes.
func openFont(name string) (*Font, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	face, err := bestOf(file)
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return &Font{face, file}, nil
}

func bestOf(file io.ReaderAt) (font.Face, error) {
	c, err := opentype.ParseCollectionReaderAt(file)
	if err != nil {
		return nil, fmt.Errorf("want a font (ttf, otf, ttc): %w", err)
	}
	var best *opentype.Font
	most := -1
	for i := range c.NumFonts() {
		f, err := c.Font(i)
		if err != nil {
			return nil, err
		}
		if points := fitness(f); points > most {
			best, most = f, points
		}
	}
	if most < 0 {
		return nil, errors.New("it has no Chinese characters")
	}
	return opentype.NewFace(best, &opentype.FaceOptions{Size: escpos.FontDots, DPI: 72, Hinting: font.HintingFull})
}

// fitness says how well a font draws our papers; negative: not at all.
func fitness(f *opentype.Font) (points int) {
	var buf sfnt.Buffer
	if i, err := f.GlyphIndex(&buf, '永'); err != nil || i == 0 {
		return -1
	}
	name, err := f.Name(&buf, sfnt.NameIDFull)
	if err != nil {
		return 0
	}
	for word, worth := range map[string]int{"Mono": 2, " SC": 4, "Bold": -1, "Regular": 1} {
		if strings.Contains(name, word) {
			points += worth
		}
	}
	return max(0, points)
}

// cell draws one character in the middle of a cell of the printer's grid, in black on white.
func (f *Font) cell(r rune, width int) *image.Gray {
	baseline := 21 // of 24 dots
	if width == escpos.ColumnDots {
		baseline = 19 // the tails of g and y stay in the cell
	}
	out := image.NewGray(image.Rect(0, 0, width, escpos.FontDots))
	draw.Draw(out, out.Rect, image.White, image.Point{}, draw.Src)
	advance, ok := f.face.GlyphAdvance(r)
	if !ok {
		r = '□'
		advance, _ = f.face.GlyphAdvance(r)
	}
	at := fixed.Point26_6{X: (fixed.I(width) - advance) / 2, Y: fixed.I(baseline)}
	if dot, mask, from, _, ok := f.face.Glyph(at, r); ok {
		draw.DrawMask(out, dot, image.NewUniform(color.Black), image.Point{}, mask, from, draw.Over)
	}
	return out
}
