package uplink

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// record is one record of a vector file.
type record struct {
	t      testing.TB
	where  string
	fields map[string][]string
}

// vectors reads a vector file.
func vectors(t testing.TB, name string) []record {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	var all []record
	for i, line := range strings.Split(string(text), "\n") {
		key, value, ok := strings.Cut(line, ":")
		switch {
		case strings.HasPrefix(line, "#"):
		case line == "":
			all = append(all, record{t, fmt.Sprintf("%s:%d", name, i+2), map[string][]string{}})
		case !ok || len(all) == 0:
			t.Fatalf("%s:%d: %q is no field", name, i+1, line)
		default:
			f := all[len(all)-1].fields
			f[key] = append(f[key], strings.TrimPrefix(value, " "))
		}
	}
	if n := len(all); n > 0 && len(all[n-1].fields) == 0 { // the file ends with a line end
		all = all[:n-1]
	}
	if len(all) == 0 {
		t.Fatalf("%s: no records", name)
	}
	return all
}

// the returns the one value of a field.
func (r record) the(key string) string {
	r.t.Helper()
	if len(r.fields[key]) != 1 {
		r.t.Fatalf("%s: %d values of %s", r.where, len(r.fields[key]), key)
	}
	return r.fields[key][0]
}

func (r record) num(key string) uint64 {
	r.t.Helper()
	n, err := strconv.ParseUint(r.the(key), 10, 64)
	if err != nil {
		r.t.Fatalf("%s: %v", r.where, err)
	}
	return n
}

func (r record) hex(key string) []byte {
	r.t.Helper()
	b, err := hex.DecodeString(r.the(key))
	if err != nil {
		r.t.Fatalf("%s: %v", r.where, err)
	}
	return b
}

func (r record) json(key string, v any) {
	r.t.Helper()
	if err := json.Unmarshal([]byte(r.the(key)), v); err != nil {
		r.t.Fatalf("%s: %s: %v", r.where, key, err)
	}
}

func (r record) chain(text string) (c Chain) {
	r.t.Helper()
	if err := c.UnmarshalText([]byte(text)); err != nil {
		r.t.Fatalf("%s: %v", r.where, err)
	}
	return c
}

func (r record) time(key string) time.Time {
	r.t.Helper()
	at, err := time.Parse(time.RFC3339Nano, r.the(key))
	if err != nil {
		r.t.Fatalf("%s: %v", r.where, err)
	}
	return at
}

func TestEventVectors(t *testing.T) {
	for _, r := range vectors(t, "event.txt") {
		want := Event{
			Seq: r.num("seq"), At: r.time("at"), Start: uint32(r.num("start")), UpMS: int64(r.num("up")),
			Type: hall.Type(r.the("type")), Body: json.RawMessage(r.the("body")),
		}
		r.json("clock", &want.Clock)
		if was := strings.Fields(strings.Join(r.fields["was"], "")); len(was) == 2 {
			seq, err := strconv.ParseUint(was[1], 10, 64)
			if err != nil {
				t.Fatalf("%s: %v", r.where, err)
			}
			want.Was = &Place{was[0], seq}
		}
		line := r.the("line")
		if got, err := want.Encode(); err != nil || string(got) != line {
			t.Errorf("%s: encoded\n%s, %v, want\n%s", r.where, got, err, line)
		}
		got, err := DecodeEvent([]byte(line))
		if err != nil {
			t.Errorf("%s: %v", r.where, err)
			continue
		}
		if !got.At.Equal(want.At) || got.At.Format(time.RFC3339Nano) != r.the("at") || !got.Clock.Since.Equal(want.Clock.Since) {
			t.Errorf("%s: decoded times %v, %v", r.where, got.At, got.Clock.Since)
		}
		got.At, got.Clock.Since = want.At, want.Clock.Since // locations differ in memory alone
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: decoded %+v, want %+v", r.where, got, want)
		}
		for n := range len(line) {
			if _, err := DecodeEvent([]byte(line[:n])); err == nil {
				t.Errorf("%s: cut at %d it is still an event", r.where, n)
			}
		}
		u, err := want.Unnumbered()
		if err != nil {
			t.Fatal(err)
		}
		for _, seq := range []uint64{want.Seq, 1, 9, 10, 1<<64 - 1} {
			want.Seq = seq
			full, err := want.Encode()
			if got := u.Append([]byte("x"), seq); err != nil || string(got) != "x"+string(full) || len(full) > u.MaxLen() {
				t.Errorf("%s: numbered %d\n%s, want\n%s", r.where, seq, got, full)
			}
		}
	}
}

func TestChainVectors(t *testing.T) {
	for _, r := range vectors(t, "chain.txt") {
		at := ChainStart(r.the("agent"), r.the("epoch"))
		if at.String() != r.the("start") {
			t.Errorf("%s: starts with %s", r.where, at)
		}
		for i, event := range r.fields["event"] {
			at = at.Next([]byte(event))
			if at.String() != r.fields["chain"][i] {
				t.Fatalf("%s: after event %d: %s", r.where, i+1, at)
			}
			for n := range len(event) {
				if r.chain(r.fields["chain"][i]) == r.chain(r.the("start")).Next([]byte(event[:n])) {
					t.Fatalf("%s: the chain does not see byte %d", r.where, n)
				}
			}
		}
	}
	text := ChainStart("a", "b").String()
	for n := range len(text) {
		if err := new(Chain).UnmarshalText([]byte(text[:n])); err == nil {
			t.Errorf("a chain of %d digits is read", n)
		}
	}
	for _, bad := range []string{text + "0", text + "00", strings.Replace(text, text[:1], "g", 1)} {
		if err := new(Chain).UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("chain %q is read", bad)
		}
	}
}

func TestBatchVectors(t *testing.T) {
	for _, r := range vectors(t, "batch.txt") {
		lines := r.fields["line"]
		want := Batch{Header: Header{
			V: Version, Instance: r.the("instance"), Epoch: r.the("epoch"), First: r.num("first"),
			Prev: r.chain(r.the("prev")), Count: len(lines) - 1,
		}}
		r.json("sent", &want.Sent)
		for _, l := range lines[1:] {
			want.Events = append(want.Events, []byte(l))
		}
		for _, l := range r.fields["box"] {
			want.Boxes = append(want.Boxes, []byte(l))
		}
		want.Private = len(want.Boxes)
		wire := []byte(strings.Join(slices.Concat(lines, r.fields["box"]), "\n") + "\n")
		if got, err := want.Encode(); err != nil || !bytes.Equal(got, wire) {
			t.Errorf("%s: encoded\n%s, %v, want\n%s", r.where, got, err, wire)
		}
		if got, err := ParseBatch(wire); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: parsed %+v, %v, want %+v", r.where, got, err, want)
		}
		for n := range len(wire) {
			if _, err := ParseBatch(wire[:n]); err == nil {
				t.Errorf("%s: cut at %d it is still a batch", r.where, n)
			}
		}
		if _, err := ParseBatch(append(bytes.Clone(wire), 'x')); err == nil {
			t.Errorf("%s: a byte too many is not seen", r.where)
		}
	}
}

func TestReceiptVectors(t *testing.T) {
	for _, r := range vectors(t, "receipt.txt") {
		want := Receipt{
			Instance: r.the("instance"), Epoch: r.the("epoch"), First: r.num("first"),
			Through: r.num("through"), Chain: r.chain(r.the("chain")), HubTime: r.time("hub_time"),
		}
		if len(r.fields["need"]) > 0 {
			want.Need = r.num("need")
		}
		want.Fork = len(r.fields["fork"]) > 0
		for _, v := range r.fields["verdict"] {
			var d Verdict
			if _, err := fmt.Sscan(v, &d.Seq, &d.Kind, &d.Why); err != nil {
				t.Fatalf("%s: %v", r.where, err)
			}
			want.Verdicts = append(want.Verdicts, d)
		}
		line := r.the("line")
		if got, err := want.Encode(); err != nil || string(got) != line {
			t.Errorf("%s: encoded\n%s, %v, want\n%s", r.where, got, err, line)
		}
		if got, err := ParseReceipt([]byte(line)); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: parsed %+v, %v, want %+v", r.where, got, err, want)
		}
		for n := range len(line) {
			if _, err := ParseReceipt([]byte(line[:n])); err == nil {
				t.Errorf("%s: cut at %d it is still a receipt", r.where, n)
			}
		}
	}
}

func TestTokenVectors(t *testing.T) {
	for _, r := range vectors(t, "token.txt") {
		key := Secret(r.hex("secret")).SigningKey()
		public := key.Public().(ed25519.PublicKey)
		if !bytes.Equal(public, r.hex("public")) {
			t.Errorf("%s: public key %x", r.where, public)
		}
		id, err := hall.ParseID(r.the("ticket"))
		if err != nil {
			t.Fatal(err)
		}
		day, err := hall.ParseDay(r.the("day"))
		if err != nil {
			t.Fatal(err)
		}
		want, wire, text := Token{TokenTicket, id, day}, r.hex("hex"), r.the("text")
		if len(r.fields["kind"]) > 0 {
			want.Kind = TokenKind(r.num("kind"))
		}
		if got := want.Sign(key); !bytes.Equal(got, wire) || TokenText(got) != text || len(text) != TokenChars || len(wire) != TokenBytes {
			t.Errorf("%s: signed %x, %s", r.where, got, TokenText(got))
		}
		got, raw, err := ReadToken(text)
		if err != nil || got != want || !bytes.Equal(raw, wire) || VerifyToken(raw, public) != nil {
			t.Errorf("%s: read %+v, %v", r.where, got, err)
		}
		code := Code(wire)
		if code != r.the("code") || CodeSHA(r.the("hall"), r.the("number"), day, code) != r.the("code_sha") {
			t.Errorf("%s: code %s", r.where, code)
		}
		if url, err := RatingURL("https://rate.example/", wire); err != nil || url != r.the("url") || len(url) > MaxURL {
			t.Errorf("%s: %s, %v", r.where, url, err)
		}
		for n := range len(text) {
			if _, _, err := ReadToken(text[:n]); err == nil {
				t.Errorf("%s: cut at %d it is still a token", r.where, n)
			}
			changed := []byte(text)
			changed[n] = map[bool]byte{true: 'B', false: 'A'}[changed[n] == 'A']
			if _, raw, err := ReadToken(string(changed)); err == nil && VerifyToken(raw, public) == nil {
				t.Errorf("%s: changed at %d it is still believed", r.where, n)
			}
		}
		for n := range len(wire) {
			if err := VerifyToken(wire[:n], public); err == nil {
				t.Errorf("%s: %d bytes are believed", r.where, n)
			}
			for bit := range 8 {
				changed := bytes.Clone(wire)
				changed[n] ^= 1 << bit
				if err := VerifyToken(changed, public); err == nil {
					t.Errorf("%s: bit %d of byte %d can be changed", r.where, bit, n)
				}
			}
		}
	}
}

func TestEnrolmentVectors(t *testing.T) {
	for _, r := range vectors(t, "enrolment.txt") {
		want := Enrolment{
			Name: r.the("name"), Number: uint32(r.num("number")), Hub: r.the("hub"), PublicURL: r.the("public_url"),
			CA: r.the("ca"), BoxKey: r.the("box_key"), Secret: r.hex("secret"),
		}
		line := r.the("line")
		if got, err := want.Line(); err != nil || got != line {
			t.Errorf("%s: written %s, %v", r.where, got, err)
		}
		for _, text := range []string{line, " " + line + "\n", line[:20] + "\n  " + line[20:]} {
			if got, err := ReadEnrolment(text); err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("%s: read %+v, %v", r.where, got, err)
			}
		}
		for n := range len(line) {
			if _, err := ReadEnrolment(line[:n]); err == nil {
				t.Errorf("%s: cut at %d it is still a line", r.where, n)
			}
			changed := []byte(line)
			changed[n] = map[bool]byte{true: 'B', false: 'A'}[changed[n] == 'A']
			if _, err := ReadEnrolment(string(changed)); err == nil {
				t.Errorf("%s: changed at %d it is still believed", r.where, n)
			}
		}
		s := want.Key()
		for key, got := range map[string]string{
			"password": s.Password(),
			"sign":     hex.EncodeToString(s.SigningKey().Public().(ed25519.PublicKey)),
			"own":      hex.EncodeToString(s.OwnKey()),
			"config":   hex.EncodeToString(s.ConfigKey()),
		} {
			if got != r.the(key) {
				t.Errorf("%s: %s is %s", r.where, key, got)
			}
		}
	}
}
