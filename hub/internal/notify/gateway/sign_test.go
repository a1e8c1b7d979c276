package gateway

import (
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestSignatureVectors(t *testing.T) {
	text, err := os.ReadFile("testdata/signatures.txt")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for record := range strings.SplitSeq(string(text), "\n\n") {
		v := map[string]string{}
		for line := range strings.Lines(record) {
			if key, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), ":"); ok && line[0] != '#' {
				v[key] = strings.TrimPrefix(value, " ")
			}
		}
		if len(v) == 0 {
			continue
		}
		seen++
		at, err := strconv.ParseInt(v["time"], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		if got := signature([]byte(v["secret"]), v["direction"], at, []byte(v["body"])); got != v["signature"] {
			t.Errorf("%s at %d is signed %s, want %s", v["direction"], at, got, v["signature"])
		}
	}
	if seen != 4 {
		t.Errorf("%d vectors", seen)
	}
}

func TestWhatIsSigned(t *testing.T) {
	secret, body, now := []byte("0123456789abcdef"), []byte(`{"a":1}`), time.Unix(1795399200, 0)
	good := http.Header{}
	sign(good, secret, directionIn, now, body)
	for name, c := range map[string]struct {
		change func(http.Header)
		secret string
		dir    string
		now    time.Time
		body   string
		want   bool
	}{
		"as it was signed":         {want: true},
		"four minutes later":       {now: now.Add(4 * time.Minute), want: true},
		"four minutes earlier":     {now: now.Add(-4 * time.Minute), want: true},
		"six minutes later":        {now: now.Add(6 * time.Minute)},
		"six minutes earlier":      {now: now.Add(-6 * time.Minute)},
		"another body":             {body: `{"a":2}`},
		"another secret":           {secret: "0123456789abcdeg"},
		"sent back to the hub":     {dir: directionOut},
		"moved in time":            {change: func(h http.Header) { h.Set(headerTime, "1795399201") }},
		"no time":                  {change: func(h http.Header) { h.Del(headerTime) }},
		"a time that is none":      {change: func(h http.Header) { h.Set(headerTime, "now") }},
		"no signature":             {change: func(h http.Header) { h.Del(headerSignature) }},
		"a signature cut short":    {change: func(h http.Header) { h.Set(headerSignature, h.Get(headerSignature)[:20]) }},
		"a signature of another v": {change: func(h http.Header) { h.Set(headerSignature, strings.Replace(h.Get(headerSignature), "v1", "v2", 1)) }},
	} {
		h := good.Clone()
		if c.change != nil {
			c.change(h)
		}
		s, d, n, b := secret, directionIn, now, body
		if c.secret != "" {
			s = []byte(c.secret)
		}
		if c.dir != "" {
			d = c.dir
		}
		if !c.now.IsZero() {
			n = c.now
		}
		if c.body != "" {
			b = []byte(c.body)
		}
		if got := signed(h, s, d, n, b); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// Others sign what they bring to the hub in the same way; what the hub signs itself is not taken back.
func TestOthersSignLikeProviders(t *testing.T) {
	secret, now, body := []byte("0123456789abcdef"), time.Unix(1_800_000_000, 0), []byte(`{"orders":[]}`)
	for direction, want := range map[string]bool{directionIn: true, directionOut: false} {
		h := http.Header{}
		sign(h, secret, direction, now, body)
		if got := Signed(h, secret, now.Add(Window), body); got != want {
			t.Errorf("%s: %v", direction, got)
		}
		if Signed(h, secret, now.Add(Window+time.Second), body) || Signed(h, secret, now, append(body, ' ')) || Signed(h, []byte("another secret 12"), now, body) {
			t.Errorf("%s: another time, body or secret was taken", direction)
		}
	}
}
