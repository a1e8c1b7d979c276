package uplink

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// seed gives a fuzz target every value of a field of a vector file.
func seed(f *testing.F, file, key string) {
	for _, r := range vectors(f, file) {
		for _, v := range r.fields[key] {
			f.Add([]byte(v))
		}
	}
}

func FuzzParseBatch(f *testing.F) {
	for _, r := range vectors(f, "batch.txt") {
		f.Add([]byte(strings.Join(slices.Concat(r.fields["line"], r.fields["box"]), "\n") + "\n"))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := ParseBatch(data)
		if err != nil {
			return
		}
		if b.Count != len(b.Events) || b.Count > MaxBatchEvents || b.Private != len(b.Boxes) || b.Private > MaxBatchBoxes {
			t.Fatalf("count %d, %d events; private %d, %d boxes", b.Count, len(b.Events), b.Private, len(b.Boxes))
		}
		wire, err := b.Encode()
		if err != nil {
			if len(data) < MaxBatch/2 { // a header can grow when it is written anew, a year can be none
				if _, jerr := json.Marshal(b.Header); jerr == nil {
					t.Fatalf("read, and not to be written: %v", err)
				}
			}
			return
		}
		again, err := ParseBatch(wire)
		if err != nil || !reflect.DeepEqual(again.Events, b.Events) || !reflect.DeepEqual(again.Boxes, b.Boxes) || again.First != b.First || again.Prev != b.Prev {
			t.Fatalf("%+v became %+v, %v", b, again, err)
		}
	})
}

func FuzzDecodeEvent(f *testing.F) {
	seed(f, "event.txt", "line")
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := DecodeEvent(data)
		if err != nil {
			return
		}
		wire, err := e.Encode()
		if err != nil { // what was read in shorthand may not fit when it is written anew
			return
		}
		again, err := DecodeEvent(wire)
		if err != nil || again.Seq != e.Seq || again.Type != e.Type || !reflect.DeepEqual(again.Was, e.Was) {
			t.Fatalf("%s became %s, %v", data, wire, err)
		}
		if twice, err := again.Encode(); err != nil || !bytes.Equal(twice, wire) {
			t.Fatalf("not stable: %s, %s, %v", wire, twice, err)
		}
	})
}

func FuzzParseReceipt(f *testing.F) {
	seed(f, "receipt.txt", "line")
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := ParseReceipt(data)
		if err != nil {
			return
		}
		wire, err := r.Encode()
		if err != nil || len(wire) > MaxBatch {
			return // a year no format can write, or a receipt that grows when it is written anew
		}
		if again, err := ParseReceipt(wire); err != nil || again.Through != r.Through || again.Chain != r.Chain || again.Need != r.Need || again.Fork != r.Fork {
			t.Fatalf("%s became %s, %v", data, wire, err)
		}
	})
}

func FuzzOpenBox(f *testing.F) {
	seed(f, "box.txt", "line")
	key := boxKeyOf(f, vectors(f, "box.txt")[0])
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := DecodeBox(data)
		if err != nil {
			return
		}
		if _, plain, err := Open(key, b); err == nil {
			if _, err := ReadText(plain); err != nil {
				t.Fatalf("what was sealed under %s is no text: %q", b.Ref, plain)
			}
		}
		wire, err := b.Encode()
		if err != nil {
			return // a box that grows when it is written anew
		}
		if again, err := DecodeBox(wire); err != nil || !reflect.DeepEqual(again, b) {
			t.Fatalf("%+v became %+v, %v", b, again, err)
		}
	})
}

func FuzzReadToken(f *testing.F) {
	seed(f, "token.txt", "text")
	f.Fuzz(func(t *testing.T, data []byte) {
		token, raw, err := ReadToken(string(data))
		if err != nil {
			return
		}
		if TokenText(raw) != string(data) {
			t.Fatalf("a token with two texts: %q and %q", data, TokenText(raw))
		}
		key := Secret{1}.SigningKey()
		if head := token.Sign(key)[:tokenHead]; !bytes.Equal(head, raw[:tokenHead]) {
			t.Fatalf("%x was read as %x", raw[:tokenHead], head)
		}
		if len(Code(raw)) != 8 {
			t.Fatalf("code %q", Code(raw))
		}
	})
}

func FuzzReadEnrolment(f *testing.F) {
	seed(f, "enrolment.txt", "line")
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := ReadEnrolment(string(data))
		if err != nil {
			return
		}
		line, err := e.Line()
		if err != nil {
			t.Fatal(err)
		}
		if again, err := ReadEnrolment(line); err != nil || !reflect.DeepEqual(again, e) {
			t.Fatalf("%+v became %+v, %v", e, again, err)
		}
	})
}

func FuzzParseTopic(f *testing.F) {
	for _, s := range []string{"hall/v1/hall-1/events", "hall/v1/a/window/12", "$SYS/x", "hall/v1/+/events"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, topic string) {
		if agent, leaf, ok := ParseTopic(topic); ok && (Topic(agent, leaf) != topic || strings.ContainsAny(topic, "+#$")) {
			t.Fatalf("%q was read as %q, %q", topic, agent, leaf)
		}
	})
}

func FuzzDecodePresence(f *testing.F) {
	f.Add([]byte(`{"instance":"00000000000000aa","conn":1,"online":true,"at":"2026-11-23T09:00:00Z","heads":[{"epoch":"0123456789abcdef","last":3,"settled":2}]}`))
	f.Add([]byte(`{"instance":"00000000000000aa","conn":1,"epoch":"0123456789abcdef","seq":3,"window":"12","state":"serving","since":"2026-11-23T09:00:00Z","waiting":4}`))
	f.Add([]byte(`{"instance":"00000000000000aa","conn":1,"at":"2026-11-23T09:00:00Z","letters":[{"letter":"A","waiting":2,"tickets":["3-9f2c-17"]}]}`))
	f.Add([]byte(`{"v":1,"version":41,"public_url":"https://x","box_key":"k"}`))
	f.Add([]byte(`{"id":"c","expires":"2026-11-23T09:00:00Z","kind":"k","body":{}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		stable(t, data, Decode[Status])
		stable(t, data, Decode[WindowNow])
		stable(t, data, Decode[QueueNow])
		stable(t, data, Decode[Config])
		stable(t, data, Decode[Command])
	})
}

// stable fails when a message that can be read is another one after it was written and read again.
func stable[T any](t *testing.T, data []byte, decode func([]byte) (T, error)) {
	v, err := decode(data)
	if err != nil {
		return
	}
	once, err := json.Marshal(v)
	if err != nil || len(once) > MaxBatch {
		return // a year that no format can write
	}
	again, err := decode(once)
	if err != nil {
		t.Fatalf("%s: %v", once, err)
	}
	if twice, err := json.Marshal(again); err != nil || !bytes.Equal(once, twice) {
		t.Fatalf("%s became %s, %v", once, twice, err)
	}
}

func FuzzSplitCertificates(f *testing.F) {
	f.Add(JoinCertificates([]byte{1, 2, 3}, bytes.Repeat([]byte{0xff}, 500)))
	f.Add(" AQID\nAQID ")
	f.Fuzz(func(t *testing.T, text string) {
		chain, err := SplitCertificates(text)
		if err != nil {
			return
		}
		if again, err := SplitCertificates(JoinCertificates(chain...)); err != nil || !reflect.DeepEqual(again, chain) {
			t.Fatalf("%q is read as %x, and that as %x, %v", text, chain, again, err)
		}
	})
}

func FuzzReadBoxKey(f *testing.F) {
	seed(f, "enrolment.txt", "box_key")
	f.Add([]byte("AAAA\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		k, err := ReadBoxKey(string(text))
		if err != nil {
			return
		}
		if again := base64.RawURLEncoding.EncodeToString(k.key.Bytes()); again != string(text) {
			t.Fatalf("a key with two texts: %q and %q", text, again)
		}
		if len(BoxKeyID(k.key)) != 16 {
			t.Fatalf("%q is named %s", text, BoxKeyID(k.key))
		}
	})
}

func FuzzReadText(f *testing.F) {
	f.Add(Text{Name: "王小明", Phone: "13800001234", Words: "流程图要盖章"}.Plain())
	f.Add([]byte("null"))
	f.Fuzz(func(t *testing.T, plain []byte) {
		text, err := ReadText(plain)
		if err != nil {
			return
		}
		if again, err := ReadText(text.Plain()); err != nil || again != text {
			t.Fatalf("%q is read as another text, %v", plain, err)
		}
	})
}
