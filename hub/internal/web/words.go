package web

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"strings"
	"time"

	"golang.org/x/text/language"

	"hallpulse/firmware-protocol/hall"
)

// lang is a language of the pages.
type lang string

const (
	zh lang = "zh"
	en lang = "en"
)

// words is the one catalogue of words (design §9): language, key, text with {names}.
type words map[lang]map[string]string

func readWords(shared fs.FS) (words, error) {
	all := words{}
	for _, l := range []lang{zh, en} {
		data, err := fs.ReadFile(shared, "words/"+string(l)+".json")
		if err != nil {
			return nil, fmt.Errorf("read words: %w", err)
		}
		var texts map[string]string
		if err := json.Unmarshal(data, &texts); err != nil {
			return nil, fmt.Errorf("read words %s: %w", l, err)
		}
		all[l] = texts
	}
	return all, nil
}

// say returns the text of key with each {name} replaced; pairs are name, value, name, value. Where a language lacks a
// text the Chinese one serves; a key without any text shows itself.
func (w words) say(l lang, key string, pairs ...string) string {
	text, ok := w[l][key]
	if !ok {
		text, ok = w[zh][key]
	}
	if !ok {
		return key
	}
	swap := make([]string, len(pairs))
	for i, p := range pairs {
		swap[i] = p
		if i%2 == 0 {
			swap[i] = "{" + p + "}"
		}
	}
	return strings.NewReplacer(swap...).Replace(text)
}

// langOf chooses the language of a request: the address says it, else the first of the browser's languages that we
// speak, else Chinese.
func langOf(r *http.Request) lang {
	switch l := lang(r.URL.Query().Get("lang")); l {
	case zh, en:
		return l
	}
	header := r.Header.Get("Accept-Language")
	tags, _, err := language.ParseAcceptLanguage(header[:min(len(header), 200)])
	if err != nil {
		return zh
	}
	for _, t := range tags {
		base, _ := t.Base()
		if l := lang(base.String()); l == zh || l == en {
			return l
		}
	}
	return zh
}

// in picks the name in the language of the page; without an English one the Chinese one serves.
func (l lang) in(name, nameEN string) string {
	if l == en && nameEN != "" {
		return nameEN
	}
	return name
}

// day writes 11月18日 周三, or Wed 18 Nov.
func (l lang) day(t time.Time) string {
	t = t.In(hall.Beijing())
	if l == en {
		return t.Format("Mon 2 Jan")
	}
	return t.Format("1月2日 周") + string([]rune("日一二三四五六")[t.Weekday()])
}

// clock writes 10:31.
func (l lang) clock(t time.Time) string { return t.In(hall.Beijing()).Format("15:04") }
