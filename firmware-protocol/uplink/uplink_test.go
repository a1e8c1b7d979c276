package uplink

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hallpulse/firmware-protocol/hall"
)

func goodBatch(events int) Batch {
	b := Batch{Header: Header{Instance: "00000000000000aa", Epoch: "0123456789abcdef", First: 1}}
	for range events {
		b.Events = append(b.Events, []byte(`{"seq":1}`))
	}
	return b
}

func TestWhatNoBatchCanBeIsNeitherWrittenNorRead(t *testing.T) {
	for name, change := range map[string]func(*Batch){
		"an epoch of another form": func(b *Batch) { b.Epoch = "0123456789ABCDEF" },
		"no instance":              func(b *Batch) { b.Instance = "" },
		"a first of zero":          func(b *Batch) { b.First = 0 },
		"a first near the end":     func(b *Batch) { b.First = 1<<62 + 1 },
		"an empty box":             func(b *Batch) { b.Boxes = [][]byte{nil} },
		"a box of two lines":       func(b *Batch) { b.Boxes = [][]byte{[]byte("{}\n{}")} },
		"a box that is too large":  func(b *Batch) { b.Boxes = [][]byte{bytes.Repeat([]byte{'x'}, MaxBox+1)} },
		"too many boxes":           func(b *Batch) { b.Boxes = goodBatch(MaxBatchBoxes + 1).Events },
		"too many bytes in boxes": func(b *Batch) {
			for range 40 {
				b.Boxes = append(b.Boxes, bytes.Repeat([]byte{'x'}, MaxBox))
			}
		},
		"an empty event":             func(b *Batch) { b.Events[1] = nil },
		"an event of two lines":      func(b *Batch) { b.Events[1] = []byte("{}\n{}") },
		"an event that is too large": func(b *Batch) { b.Events[1] = bytes.Repeat([]byte{'x'}, MaxEvent+1) },
		"too many events":            func(b *Batch) { b.Events = goodBatch(MaxBatchEvents + 1).Events },
		"too many bytes": func(b *Batch) {
			for range 20 {
				b.Events = append(b.Events, bytes.Repeat([]byte{'x'}, MaxEvent))
			}
		},
	} {
		b := goodBatch(3)
		change(&b)
		if _, err := b.Encode(); !errors.Is(err, ErrNotBatch) {
			t.Errorf("%s: encoded, %v", name, err)
		}
		if _, err := ParseBatch(carelessly(t, b)); !errors.Is(err, ErrNotBatch) {
			t.Errorf("%s: parsed, %v", name, err)
		}
	}
	for name, header := range map[string]string{
		"another version":  `{"v":2,"instance":"00000000000000aa","epoch":"0123456789abcdef","first":1,"count":0}`,
		"a negative count": `{"v":1,"instance":"00000000000000aa","epoch":"0123456789abcdef","first":1,"count":-1}`,
		"fewer boxes":      `{"v":1,"instance":"00000000000000aa","epoch":"0123456789abcdef","first":1,"count":0,"private":-1}`,
		"a box announced":  `{"v":1,"instance":"00000000000000aa","epoch":"0123456789abcdef","first":1,"count":0,"private":1}`,
		"a huge count":     `{"v":1,"instance":"00000000000000aa","epoch":"0123456789abcdef","first":1,"count":1000000000}`,
		"a short chain":    `{"v":1,"instance":"00000000000000aa","epoch":"0123456789abcdef","first":1,"count":0,"prev":"00"}`,
		"no JSON":          `v=1`,
		"nothing":          ``,
	} {
		if _, err := ParseBatch([]byte(header + "\n")); !errors.Is(err, ErrNotBatch) {
			t.Errorf("%s: parsed, %v", name, err)
		}
	}
	if _, err := goodBatch(MaxBatchEvents).Encode(); err != nil {
		t.Errorf("a batch at its limit: %v", err)
	}
}

// carelessly writes a batch without looking at it.
func carelessly(t *testing.T, b Batch) []byte {
	t.Helper()
	b.V, b.Count, b.Private = Version, len(b.Events), len(b.Boxes)
	head, err := json.Marshal(b.Header)
	if err != nil {
		t.Fatal(err)
	}
	return append(bytes.Join(slices.Concat([][]byte{head}, b.Events, b.Boxes), []byte{'\n'}), '\n')
}

func TestEveryBatchComesBackAsItWas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := goodBatch(0)
		b.First = rapid.Uint64Range(1, 1<<62).Draw(t, "first")
		b.Sent = Sent{At: time.Unix(rapid.Int64Range(0, 1<<33).Draw(t, "at"), 0).UTC(), Start: rapid.Uint32().Draw(t, "start"), UpMS: rapid.Int64Min(0).Draw(t, "up")}
		copy(b.Prev[:], rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "prev"))
		line := rapid.Custom(func(t *rapid.T) []byte {
			return bytes.ReplaceAll(rapid.SliceOfN(rapid.Byte(), 1, 300).Draw(t, "event"), []byte{'\n'}, []byte{' '})
		})
		b.Events = rapid.SliceOfN(line, 0, MaxBatchEvents).Draw(t, "events")
		wire, err := b.Encode()
		if err != nil {
			t.Fatal(err)
		}
		got, err := ParseBatch(wire)
		if err != nil || got.First != b.First || got.Prev != b.Prev || got.Count != len(b.Events) || len(got.Events) != len(b.Events) || !got.Sent.At.Equal(b.Sent.At) {
			t.Fatalf("got %+v, %v", got.Header, err)
		}
		for i := range b.Events {
			if !bytes.Equal(got.Events[i], b.Events[i]) {
				t.Fatalf("event %d is %q", i, got.Events[i])
			}
		}
	})
}

func TestOneBadEventNeverBlocksTheRest(t *testing.T) {
	b := goodBatch(2)
	b.Events[0] = []byte("\x00\xff no event at all")
	wire, err := b.Encode()
	if err != nil {
		t.Fatal(err)
	}
	got, err := ParseBatch(wire)
	if err != nil || len(got.Events) != 2 {
		t.Fatalf("%d events, %v", len(got.Events), err)
	}
	if _, err := DecodeEvent(got.Events[0]); !errors.Is(err, ErrNotEvent) {
		t.Errorf("the bad one: %v", err)
	}
	got.Events[0] = append(got.Events[0], "overwritten?"...)
	if string(got.Events[1]) != `{"seq":1}` {
		t.Errorf("an event grew into the next: %s", got.Events[1])
	}
}

func TestWhatNoEventCanBe(t *testing.T) {
	for name, line := range map[string]string{
		"no seq":         `{"type":"a","body":{}}`,
		"a seq of zero":  `{"seq":0,"type":"a","body":{}}`,
		"a negative seq": `{"seq":-1,"type":"a","body":{}}`,
		"no type":        `{"seq":1,"body":{}}`,
		"no body":        `{"seq":1,"type":"a"}`,
		"two lines":      "{\"seq\":1,\n\"type\":\"a\",\"body\":{}}",
		"two events":     `{"seq":1,"type":"a","body":{}}{}`,
		"too long":       `{"seq":1,"type":"a","body":"` + strings.Repeat("x", MaxEvent) + `"}`,
	} {
		if _, err := DecodeEvent([]byte(line)); !errors.Is(err, ErrNotEvent) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := DecodeEvent([]byte(`{"seq":1,"type":"later.invented","body":{"x":1},"more":true}`)); err != nil {
		t.Errorf("a newer agent may say more: %v", err)
	}
}

func TestEventsAreBoundedWhenTheyAreWritten(t *testing.T) {
	e := Event{Seq: 1, Type: "a", Body: []byte(`"` + strings.Repeat("x", MaxEvent) + `"`)}
	if _, err := e.Encode(); !errors.Is(err, ErrEventTooLarge) {
		t.Errorf("encode: %v", err)
	}
	if _, err := e.Unnumbered(); !errors.Is(err, ErrEventTooLarge) {
		t.Errorf("unnumbered: %v", err)
	}
	e.Body = []byte(`{"not JSON`)
	if _, err := e.Encode(); err == nil {
		t.Error("a body that is no JSON is written")
	}
}

func TestAFactBecomesAnEventAndBack(t *testing.T) {
	m := hall.Moment{At: time.Date(2026, 11, 23, 9, 0, 0, 0, hall.Beijing()), Clock: hall.Clock{State: hall.ClockSynced}, Start: 7, Up: 1500 * time.Millisecond}
	e, err := NewEvent(m, hall.VisitServed{Visit: hall.ID{Agent: 3, Tag: 1, Serial: 2}})
	if err != nil || e.Type != hall.TypeVisitServed || e.Moment() != m {
		t.Fatalf("%+v, %v", e, err)
	}
	f, err := hall.DecodeFact(e.Type, e.Body)
	if err != nil || f != (hall.VisitServed{Visit: hall.ID{Agent: 3, Tag: 1, Serial: 2}}) {
		t.Errorf("%+v, %v", f, err)
	}
}

func TestWhatNoReceiptCanBe(t *testing.T) {
	for name, line := range map[string]string{
		"no instance":   `{"epoch":"0123456789abcdef","first":1}`,
		"no epoch":      `{"instance":"0123456789abcdef","first":1}`,
		"no first":      `{"instance":"0123456789abcdef","epoch":"0123456789abcdef"}`,
		"a short chain": `{"instance":"0123456789abcdef","epoch":"0123456789abcdef","first":1,"chain":"00"}`,
		"null":          `null`,
		"too long":      `{"instance":"0123456789abcdef","epoch":"0123456789abcdef","first":1}` + strings.Repeat(" ", MaxBatch),
	} {
		if _, err := ParseReceipt([]byte(line)); err == nil {
			t.Errorf("%s is a receipt", name)
		}
	}
}

func TestTopics(t *testing.T) {
	for _, leaf := range []string{LeafEvents, LeafReceipt, LeafConfig, LeafCommand, LeafStatus, LeafQueue, LeafWindow + "12", LeafWindow + "B-3"} {
		if agent, got, ok := ParseTopic(Topic("hall-1", leaf)); !ok || agent != "hall-1" || got != leaf {
			t.Errorf("%s: %s %s %v", leaf, agent, got, ok)
		}
	}
	for _, topic := range []string{
		"", "hall/v1/", "hall/v1/hall-1", "hall/v1/hall-1/", "hall/v1//events", "hall/v2/hall-1/events", "/hall/v1/hall-1/events",
		"hall/v1/+/events", "hall/v1/#", "hall/v1/hall-1/#", "hall/v1/hall-1/+", "hall/v1/hall-1/events/", "hall/v1/hall-1/events/x",
		"hall/v1/hall-1/window/", "hall/v1/hall-1/window/+", "hall/v1/hall-1/window/#", "hall/v1/hall-1/window/1/2", "hall/v1/hall-1/window",
		"hall/v1/hall-1/window/12345678901234567", "hall/v1/Hall-1/events", "hall/v1/hall 1/events", "$SYS/broker", "$share/hub/hall/v1/+/events",
		"hall/v1/123456789012345678901234567890123/events", "hall/v1/hall-1/will", "hall/v1/hall-1/events\x00",
	} {
		if _, _, ok := ParseTopic(topic); ok {
			t.Errorf("%q is read", topic)
		}
	}
}

func TestTokensOfOtherKinds(t *testing.T) {
	key := Secret{1}.SigningKey()
	b := Token{TokenTicket, hall.ID{Agent: 1, Serial: 1}, 1}.Sign(key)
	text := TokenText(b)
	for name, tt := range map[string]struct {
		text string
		want error
	}{
		"another version":      {TokenText(append([]byte{0x21}, b[1:]...)), ErrTokenVersion},
		"another kind":         {TokenText(append([]byte{0x14}, b[1:]...)), ErrTokenVersion},
		"no kind":              {TokenText(append([]byte{0x10}, b[1:]...)), ErrTokenVersion},
		"a line end inside":    {text[:50] + "\n" + text[50:], ErrTokenForm},
		"a line end in place":  {text[:50] + "\n" + text[51:], ErrTokenForm},
		"padding":              {text + "==", ErrTokenForm},
		"the other base64":     {strings.Repeat("+", TokenChars), ErrTokenForm},
		"bits after the token": {text[:TokenChars-1] + "_", ErrTokenForm},
	} {
		if _, _, err := ReadToken(tt.text); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := VerifyToken(b, Secret{2}.SigningKey().Public().(ed25519.PublicKey)); !errors.Is(err, ErrTokenForged) {
		t.Errorf("another agent's key: %v", err)
	}
	if err := VerifyToken(b, nil); !errors.Is(err, ErrTokenForm) {
		t.Errorf("no key: %v", err)
	}
	if _, err := RatingURL("https://"+strings.Repeat("x", MaxURL), b); err == nil {
		t.Error("a URL that no QR code of ours holds")
	}
}

func TestEnrolmentsThatCannotBe(t *testing.T) {
	good := Enrolment{Name: "hall-1", Number: 1, Hub: "h:1", CA: "c", Secret: make([]byte, 32)}
	if _, err := good.Line(); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Enrolment){
		"name":      func(e *Enrolment) { e.Name = "Hall" },
		"number 0":  func(e *Enrolment) { e.Number = 0 },
		"number":    func(e *Enrolment) { e.Number = hall.MaxAgent + 1 },
		"secret":    func(e *Enrolment) { e.Secret = e.Secret[:31] },
		"no secret": func(e *Enrolment) { e.Secret = nil },
	} {
		e := good
		change(&e)
		if line, err := e.Line(); !errors.Is(err, ErrEnrolment) {
			t.Errorf("%s: written %s, %v", name, line, err)
		}
	}
}

func TestSecretsDoNotPrintThemselves(t *testing.T) {
	e := Enrolment{Name: "hall-1", Number: 1, Hub: "h:1", Secret: bytes.Repeat([]byte{0xab}, 32)}
	s := e.Key()
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "secret", s, "enrolment", e)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		_, _ = fmt.Fprintf(&log, verb+" "+verb+"\n", s, e)
	}
	for _, trace := range []string{"abab", "171", "0xab", "q6ur"} {
		if strings.Contains(strings.ToLower(log.String()), trace) {
			t.Errorf("%q is in %s", trace, log.String())
		}
	}
}

func TestPresenceIsReadAsItWasWritten(t *testing.T) {
	status := Status{Session: Session{"00000000000000aa", 2}, Online: true, At: time.Unix(5, 0).UTC(), Heads: []Head{{"0123456789abcdef", 3, 2}}}
	b, err := json.Marshal(status)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Decode[Status](b)
	if err != nil || got.Conn != 2 || got.Heads[0] != status.Heads[0] || !got.At.Equal(status.At) {
		t.Errorf("%+v, %v", got, err)
	}
	for n := range len(b) {
		if _, err := Decode[Status](b[:n]); err == nil {
			t.Errorf("cut at %d it is still a status", n)
		}
	}
	if _, err := Decode[Command](bytes.Repeat([]byte{' '}, MaxBatch+1)); err == nil {
		t.Error("too many bytes are read")
	}
}
