package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
	"hallpulse/hub/internal/access"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// fieldJSON is one thing that an event says, in words.
type fieldJSON struct {
	Key   string `json:"key"`
	Name  string `json:"name"`
	Value string `json:"value"`
}

// pair is a field of a JSON object, as it is written.
type pair struct {
	key   string
	value json.RawMessage
}

// pairs reads the fields of an object in the order in which they are written.
func pairs(object []byte) ([]pair, error) {
	d := json.NewDecoder(bytes.NewReader(object))
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	var all []pair
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, err
		}
		p := pair{key: fmt.Sprint(key)}
		if err := d.Decode(&p.value); err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

// secretFields are those of deeds that tell a single level, by who may not know one (design §7).
func secretFields(t hall.Type) []string {
	switch t {
	case hall.TypeRepairSecondRated, hall.TypeConcernHeard, hall.TypeRatingReasoned:
		return []string{"level", "reasons"}
	}
	return nil
}

// fields says what the event of a deed says, and gives it as it is written. What its reader may not know stands as such
// in both.
func (k *knowing) fields(who Account, line deedJSON, e uplink.Event) (said []fieldJSON, raw string, masked int, err error) {
	all, err := pairs(e.Body)
	if err != nil {
		return nil, "", 0, err
	}
	k.of = e.Type
	var secret []string
	if !access.Can(who.Role, access.RatingsLevel) {
		secret = secretFields(e.Type)
	}
	said = []fieldJSON{}
	for n, p := range all {
		if line.Shut && p.key != "by" || slices.Contains(secret, p.key) {
			all[n].value = json.RawMessage(`"*"`)
			masked++
			continue
		}
		if p.key == "by" || p.key == "about" {
			continue // the line says it
		}
		said = k.add(said, "", p)
	}
	return said, written(e, all), masked, nil
}

// written is an event as it is written, with line ends and with what is masked.
func written(e uplink.Event, body []pair) string {
	var b strings.Builder
	b.WriteString("{")
	for n, p := range body {
		if n > 0 {
			b.WriteString(",")
		}
		fmt.Fprintf(&b, "%q:%s", p.key, p.value)
	}
	b.WriteString("}")
	e.Body = json.RawMessage(b.String())
	plain, err := json.Marshal(e)
	if err != nil {
		return ""
	}
	var out bytes.Buffer
	if err := json.Indent(&out, plain, "", "  "); err != nil {
		return ""
	}
	return out.String()
}

// add says one field; of an object that is no value of ours, its fields.
func (k *knowing) add(said []fieldJSON, group string, p pair) []fieldJSON {
	key := p.key
	if group != "" {
		key = group + "." + p.key
	}
	if key == "pack" {
		return k.addPack(said, p.value)
	}
	value, ok := k.valueOf(p.key, p.value)
	if !ok {
		if inner, err := pairs(p.value); err == nil {
			for _, q := range inner {
				said = k.add(said, p.key, q)
			}
			return said
		}
		value = string(p.value)
	}
	if value == "" {
		return said
	}
	return append(said, fieldJSON{key, k.word("audit.field.", p.key), value})
}

// word says a field or a code as the deed means it, else as it is meant everywhere.
func (k *knowing) word(prefix, code string) string {
	for _, of := range []string{string(k.of) + ".", string(familyOf(k.of)) + "."} {
		if key := prefix + of + code; k.say.T(key) != key {
			return k.say.T(key)
		}
	}
	if key := prefix + code; k.say.T(key) != key {
		return k.say.T(key)
	}
	return code
}

// addPack says the rules of a pack as the page of the law does.
func (k *knowing) addPack(said []fieldJSON, raw json.RawMessage) []fieldJSON {
	var pack hall.Policy
	if json.Unmarshal(raw, &pack) != nil {
		return said
	}
	said = append(said, fieldJSON{"pack", k.say.T("audit.field.pack"), k.say.Lang.in(pack.Name, pack.NameEN)})
	for _, r := range rulesOf(pack) {
		said = append(said, fieldJSON{"pack." + r.key, k.say.T("policy.rule." + r.key), k.say.value(r)})
	}
	return said
}

// valueOf says a value of ours; false where it is none.
func (k *knowing) valueOf(key string, raw json.RawMessage) (string, bool) {
	switch {
	case len(raw) == 0, string(raw) == "null":
		return "", true
	case raw[0] == '{':
		return k.objectOf(raw)
	case raw[0] == '[':
		return k.listOf(key, raw), true
	case raw[0] == '"':
		var s string
		if json.Unmarshal(raw, &s) != nil {
			return "", false
		}
		return k.textOf(key, s), true
	case string(raw) == "true":
		return k.say.T("audit.yes"), true
	case string(raw) == "false":
		return k.say.T("audit.no"), true
	}
	if n, err := strconv.Atoi(string(raw)); err == nil && key == "level" && hall.Level(n).Valid() {
		return k.say.Level(n), true
	}
	return string(raw), true
}

// objectOf says a deadline, a limit, or a text that lies apart.
func (k *knowing) objectOf(raw json.RawMessage) (string, bool) {
	strictly := func(v any) bool {
		d := json.NewDecoder(bytes.NewReader(raw))
		d.DisallowUnknownFields()
		return d.Decode(v) == nil
	}
	var due hall.Deadline
	if strictly(&due) {
		if due.IsZero() {
			return "", true
		}
		if due.Provisional {
			return k.say.T("audit.provisional", "day", k.dayOf(due.Day)), true
		}
		return k.dayOf(due.Day), true
	}
	var limit hall.Span
	if strictly(&limit) {
		return k.say.span(limit), true
	}
	var text hall.Sealed
	if strictly(&text) {
		if text.Ref == "" {
			return "", true
		}
		return k.say.T("audit.sealed", "ref", text.Ref), true
	}
	return "", false
}

// listOf says the values of a list, one after the other.
func (k *knowing) listOf(key string, raw json.RawMessage) string {
	var all []json.RawMessage
	if json.Unmarshal(raw, &all) != nil {
		return string(raw)
	}
	if key == "holidays" || key == "workdays" {
		return k.say.T("audit.days", "n", strconv.Itoa(len(all)))
	}
	var said []string
	for _, v := range all {
		one, ok := k.valueOf(key, v)
		if inner, err := pairs(v); !ok && err == nil {
			var parts []string
			for _, p := range inner {
				part, _ := k.valueOf(p.key, p.value)
				parts = append(parts, part)
			}
			one = strings.Join(parts, " ")
		}
		said = append(said, one)
	}
	return strings.Join(said, k.say.T("ratings.and"))
}

// textOf says a text of an event: a day, a moment, a name by its code, a code of a closed set.
func (k *knowing) textOf(key, s string) string {
	switch key {
	case "unit", "against", "clerk", "served":
		return k.names.unit(s)
	case "hall", "halls":
		return k.o.closedName(k.r, s)
	case "item", "staff", "badge", "window", "policy", "topic", "order", "form", "ref", "sha", "form_sha", "draft", "plan", "id", "link", "receipt", "reply", "epoch", "quarter", "places", "question", "rule":
		return s
	case "who", "handler", "account":
		return k.o.nameOf(k.r, hall.Person{Account: s, Role: "-"})
	case "role":
		return k.say.T("admin.role." + s)
	case "reasons":
		return k.o.reason(k.say, s)
	case "channel":
		return k.say.T("ratings.channel." + s)
	case "repair", "same", "of":
		if about, err := k.about(hall.TypeDeadlineMoved, s); err == nil && about.Label != s {
			return about.Label
		}
	case "visit", "ticket":
		return s
	}
	if d, err := hall.ParseDay(s); err == nil {
		return k.dayOf(d)
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return stampOf(t)
	}
	return k.word("audit.code.", s)
}

func (k *knowing) dayOf(d hall.Day) string { return d.String() }
