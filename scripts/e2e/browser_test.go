//go:build e2e

package e2e

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// browser is Debian's Chromium, driven through browser/browser.mjs. One test uses it at a time.
type browser struct {
	t  *testing.T
	in io.WriteCloser
	rd *bufio.Reader
	id int
}

func newBrowser(t *testing.T) *browser {
	t.Helper()
	cmd := exec.Command("node", "browser/browser.mjs")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("browser: %v", err)
		}
	})
	return &browser{t: t, in: in, rd: bufio.NewReader(out)}
}

// do sends one act and decodes its value into value, unless that is nil. An act that fails ends the test.
func (b *browser) do(page, act string, with map[string]any, value any) {
	b.t.Helper()
	b.id++
	failed := filepath.Join(shots(b.t), strings.ReplaceAll(b.t.Name(), "/", "-")+"-failed.png")
	request := map[string]any{"id": b.id, "page": page, "do": act, "failed": failed}
	for k, v := range with {
		request[k] = v
	}
	line, err := json.Marshal(request)
	if err != nil {
		b.t.Fatal(err)
	}
	if _, err := b.in.Write(append(line, '\n')); err != nil {
		b.t.Fatal(err)
	}
	reply, err := b.rd.ReadBytes('\n')
	if err != nil {
		b.t.Fatalf("browser: %s: %v", act, err)
	}
	var answer struct {
		ID    int
		Error string
		Value json.RawMessage
	}
	if err := json.Unmarshal(reply, &answer); err != nil {
		b.t.Fatalf("browser: %s: %v", reply, err)
	}
	if answer.Error != "" {
		b.t.Fatalf("browser: %s on %s %v: %s\n(look at %s)", act, page, with, answer.Error, failed)
	}
	if value != nil {
		if err := json.Unmarshal(answer.Value, value); err != nil {
			b.t.Fatalf("browser: %s: %v", act, err)
		}
	}
}

// tab is one page of the browser, with its own cookies.
type tab struct {
	b    *browser
	name string
}

// size is what a page is looked at in.
type size struct{ w, h int }

func (b *browser) open(name, url string, s size, lang string) tab {
	b.t.Helper()
	b.do(name, "open", map[string]any{"url": url, "width": s.w, "height": s.h, "lang": lang}, nil)
	return tab{b, name}
}

// openPlain opens a page with JavaScript switched off.
func (b *browser) openPlain(name, url string, s size, lang string) tab {
	b.t.Helper()
	b.do(name, "open", map[string]any{"url": url, "width": s.w, "height": s.h, "lang": lang, "script": false}, nil)
	return tab{b, name}
}

func (p tab) click(at string) { p.b.t.Helper(); p.b.do(p.name, "click", map[string]any{"at": at}, nil) }
func (p tab) press(key string) {
	p.b.t.Helper()
	p.b.do(p.name, "press", map[string]any{"key": key}, nil)
}
func (p tab) types(text string) {
	p.b.t.Helper()
	p.b.do(p.name, "type", map[string]any{"text": text}, nil)
}
func (p tab) fill(at, text string) {
	p.b.t.Helper()
	p.b.do(p.name, "fill", map[string]any{"at": at, "text": text}, nil)
}
func (p tab) selects(at, value string) {
	p.b.t.Helper()
	p.b.do(p.name, "select", map[string]any{"at": at, "value": value}, nil)
}
func (p tab) upload(at string, files ...string) {
	p.b.t.Helper()
	p.b.do(p.name, "upload", map[string]any{"at": at, "files": files}, nil)
}
func (p tab) offline(is bool) {
	p.b.t.Helper()
	p.b.do(p.name, "offline", map[string]any{"is": is}, nil)
}
func (p tab) wait(at string) { p.b.t.Helper(); p.b.do(p.name, "wait", map[string]any{"at": at}, nil) }
func (p tab) close()         { p.b.t.Helper(); p.b.do(p.name, "close", nil, nil) }

// address is where the page is now.
func (p tab) address() (url string) {
	p.b.t.Helper()
	p.b.do(p.name, "address", nil, &url)
	return url
}

func (p tab) count(at string) (n int) {
	p.b.t.Helper()
	p.b.do(p.name, "count", map[string]any{"at": at}, &n)
	return n
}

// look takes a picture, asks axe, and wants neither violations nor errors on the page's console.
func (p tab) look(name string, full bool) {
	p.b.t.Helper()
	p.b.do(p.name, "shot", map[string]any{"file": filepath.Join(shots(p.b.t), name+".png"), "full": full}, nil)
	var found []string
	p.b.do(p.name, "axe", nil, &found)
	for _, f := range found {
		p.b.t.Errorf("%s: axe: %s", name, f)
	}
	var troubles []string
	p.b.do(p.name, "troubles", nil, &troubles)
	for _, f := range troubles {
		p.b.t.Errorf("%s: console: %s", name, f)
	}
}

// shots is the folder for pictures of this run.
func shots(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join("..", "..", ".build", "screens"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}
