package notify

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"
	"unicode/utf16"

	"hallpulse/firmware-protocol/hall"
)

// Langs are the languages of messages.
func Langs() []string { return []string{"zh", "en"} }

// MaxLink is how long the address in a message can be: a public address of 47 characters, /m/ and the token.
const MaxLink = 47 + len(LinkPath) + LinkChars

// The link of a message is the public address, LinkPath and a token of LinkChars letters, digits, - and _.
const (
	LinkPath  = "/m/"
	LinkChars = 16
)

// LinkSHA is what is kept of the token in a link: who reads the store cannot open the page.
func LinkSHA(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// Texts are the words of messages, from the one catalogue.
type Texts map[string]map[string]string

// ReadTexts reads the words from the folder that holds words/zh.json and words/en.json, and says what is missing.
func ReadTexts(shared fs.FS) (Texts, error) {
	all := Texts{}
	for _, lang := range Langs() {
		data, err := fs.ReadFile(shared, "words/"+lang+".json")
		if err != nil {
			return nil, fmt.Errorf("words of messages: %w", err)
		}
		var words map[string]string
		if err := json.Unmarshal(data, &words); err != nil {
			return nil, fmt.Errorf("words of messages: %s: %w", lang, err)
		}
		all[lang] = words
		for _, key := range keys() {
			if words[key] == "" {
				return nil, fmt.Errorf("words of messages: %s has no %s", lang, key)
			}
		}
	}
	return all, nil
}

// keys are the words that messages need.
func keys() []string {
	all := []string{"sms.sign", "sms.day"}
	for _, k := range hall.MessageKinds() {
		all = append(all, key(k, true))
		if k.HasLink() {
			all = append(all, key(k, false))
		}
	}
	return all
}

// key is that of a message with a link, or of one that does without.
func key(k hall.MessageKind, link bool) string {
	if k.HasLink() && !link {
		return "sms." + string(k) + ".plain"
	}
	return "sms." + string(k)
}

// Names are what a message calls things by, in its language.
type Names struct {
	Sign string // who sends it; empty: the provider says so itself
	Hall string
	URL  string // of the citizen's page; empty: there is none
}

// Say returns the text of a message.
func (t Texts) Say(m Message, n Names) string {
	lang := m.Lang
	if _, ok := t[lang]; !ok {
		lang = "zh"
	}
	day := func(d hall.Day) string {
		month := "1"
		if lang == "en" {
			month = "Jan"
		}
		return strings.NewReplacer("{month}", d.Start().Format(month), "{day}", d.Start().Format("2")).Replace(t[lang]["sms.day"])
	}
	text := strings.NewReplacer("{hall}", n.Hall, "{window}", m.Params.Window, "{day}", day(m.Params.Day), "{until}", day(m.Params.Until),
		"{url}", n.URL).Replace(t[lang][key(m.Kind, n.URL != "")])
	if n.Sign == "" {
		return text
	}
	return strings.ReplaceAll(t[lang]["sms.sign"], "{sign}", n.Sign) + text
}

// Parts is how many SMS a text takes (3GPP TS 23.038 §6.2.1 and 23.040 §9.2.3.24.1): 160 characters of the GSM alphabet or
// 70 of any other, 153 or 67 where there are several.
func Parts(text string) int {
	size, one, many := gsmSize(text), 160, 153
	if size < 0 {
		size, one, many = len(utf16.Encode([]rune(text))), 70, 67
	}
	if size <= one {
		return 1
	}
	return (size + many - 1) / many
}

// gsmSize is the length of a text in the GSM 7-bit alphabet; -1 where that lacks a character.
func gsmSize(text string) int {
	const basic = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	const extended = "\f^{}\\[~]|€"
	size := 0
	for _, r := range text {
		switch {
		case strings.ContainsRune(basic, r):
			size++
		case strings.ContainsRune(extended, r):
			size += 2
		default:
			return -1
		}
	}
	return size
}
