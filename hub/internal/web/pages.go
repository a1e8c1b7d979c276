package web

import (
	"bytes"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Pages are the server-rendered pages: templates, words and styles. They do not change.
type Pages struct {
	words     words
	templates *template.Template
	phone     style
	elder     style // phone, 大字版
	desk      style // sign-in
}

func newPages(rate, shared fs.FS, w words) (*Pages, error) {
	p := &Pages{words: w}
	var err error
	if p.templates, err = template.ParseFS(rate, "*.html"); err != nil {
		return nil, fmt.Errorf("read pages: %w", err)
	}
	sheets := map[string]string{}
	for name, in := range map[string]fs.FS{"tokens.css": shared, "rate.css": rate, "signin.css": rate} {
		data, err := fs.ReadFile(in, name)
		if err != nil {
			return nil, fmt.Errorf("read pages: %w", err)
		}
		sheets[name] = string(data)
	}
	const phone, elder, desk = `data-screen="phone"`, `data-mode="elder"`, `data-screen="desk"`
	for _, s := range []struct {
		to    *style
		sheet string
		attrs []string
	}{{&p.phone, "rate.css", []string{phone}}, {&p.elder, "rate.css", []string{phone, elder}}, {&p.desk, "signin.css", []string{desk}}} {
		if *s.to, err = newStyle(sheets["tokens.css"], sheets[s.sheet], s.attrs...); err != nil {
			return nil, fmt.Errorf("read pages: %s: %w", s.sheet, err)
		}
	}
	return p, nil
}

// sheet is one page as a template sees it: its words, its language, its links. Data is what the page is about.
type sheet struct {
	pages  *Pages
	style  style
	query  url.Values // of the request
	Lang   lang
	Big    bool
	Centre string
	Title  string
	Data   any
}

// T says key in the language of the page.
func (s sheet) T(key string, pairs ...string) string { return s.pages.words.say(s.Lang, key, pairs...) }

// Style is the style sheet.
func (s sheet) Style() template.HTML { return s.style.tag }

// Tag is the language for browsers and for voices that read the page.
func (s sheet) Tag() string {
	if s.Lang == en {
		return "en"
	}
	return "zh-CN"
}

// Link returns this page's address with the language and the size kept and pairs added.
func (s sheet) Link(pairs ...string) string { return link(s.Lang, s.Big, pairs...) }

// Other returns the address of what is shown, in the other language.
func (s sheet) Other() string {
	return link(map[lang]lang{zh: en, en: zh}[s.Lang], s.Big, s.asked()...)
}

// Resize returns the address of what is shown, in the other size.
func (s sheet) Resize() string { return link(s.Lang, !s.Big, s.asked()...) }

// asked is what the request asked for besides language and size.
func (s sheet) asked() []string {
	var pairs []string
	for _, key := range []string{"visit", "change", "more", "rate", "see", "level", "next", "still", "hall", "item", "situation", "day"} {
		if v := s.query.Get(key); v != "" {
			pairs = append(pairs, key, v)
		}
	}
	return pairs
}

func link(l lang, big bool, pairs ...string) string {
	q := url.Values{"lang": {string(l)}}
	if big {
		q.Set("big", "1")
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	return "?" + q.Encode()
}

// Levels are the five, best first, as everywhere (codes.md).
func (s sheet) Levels() []int { return []int{5, 4, 3, 2, 1} }

// Level says the word of a level.
func (s sheet) Level(n int) string { return s.T("level." + strconv.Itoa(n)) }

// Day and Clock write a time in the language of the page.
func (s sheet) Day(t time.Time) string { return s.Lang.day(t) }

// Clock writes the time of day.
func (s sheet) Clock(t time.Time) string { return s.Lang.clock(t) }

// show writes a page.
func (p *Pages) show(w http.ResponseWriter, status int, name string, s sheet) error {
	var page bytes.Buffer
	if err := p.templates.ExecuteTemplate(&page, name, s); err != nil {
		http.Error(w, p.words.say(s.Lang, "rate.error.broken"), http.StatusInternalServerError)
		return fmt.Errorf("page %s: %w", name, err)
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(page.Len()))
	h.Set("Content-Security-Policy", "default-src 'none'; style-src "+s.style.source+"; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	w.WriteHeader(status)
	_, err := w.Write(page.Bytes())
	return err
}
