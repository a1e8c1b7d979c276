package escpos

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// vector is one line of a file in testdata: bytes, and in words what they mean.
type vector struct {
	where string
	bytes []byte
	words []string
}

func readVectors(t testing.TB, name string) []vector {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []vector
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		code, words, ok := strings.Cut(line, " = ")
		b, err := hex.DecodeString(strings.ReplaceAll(code, " ", ""))
		if !ok || err != nil {
			t.Fatalf("%s:%d: want bytes = words: %v", name, n, err)
		}
		out = append(out, vector{fmt.Sprintf("%s:%d", name, n), b, strings.Split(words, " ; ")})
	}
	if err := lines.Err(); err != nil || len(out) == 0 {
		t.Fatalf("%s: %d vectors, %v", name, len(out), err)
	}
	return out
}

// commandOf reads the words of one command.
func commandOf(t testing.TB, words string) Command {
	t.Helper()
	name, rest, _ := strings.Cut(words, " ")
	var a, b int
	fmt.Sscan(rest, &a, &b)
	switch name {
	case "init":
		return Init{}
	case "chinese":
		return Chinese{}
	case "line":
		return LineFeed{}
	case "lines":
		return Lines(a)
	case "dots":
		return Dots(a)
	case "size":
		return Size{a, b}
	case "bold":
		return Bold(rest == "on")
	case "align":
		return map[string]Align{"left": Left, "center": Center, "right": Right}[rest]
	case "text":
		return Text(rest)
	case "raster":
		var kind, bits string
		r := Raster{}
		fmt.Sscan(rest, &kind, &r.Width, &bits)
		r.Double = kind == "double"
		r.Bits, _ = hex.DecodeString(bits)
		return r
	case "cut":
		return Cut{map[string]Knife{"": FeedAndCut, "off": FeedAndCutOff, "here": CutHere, "off here": CutOffHere, "old": CutHereOld, "off old": CutOffHereOld}[rest]}
	case "stored":
		return Stored(a)
	case "qr":
		_, data, _ := strings.Cut(rest, " ")
		return QR{a, data}
	case "ask":
		return AskStatus(a)
	case "name":
		return AskName(a)
	case "confirm":
		return Confirm{}
	case "automatic":
		return Automatic(rest == "on")
	case "unknown":
		u, _ := hex.DecodeString(rest)
		return Unknown(u[0])
	}
	t.Fatalf("no command %q", words)
	return nil
}

// replyOf reads the words of one reply: as the printer in that state would send it, and the question it answers.
func replyOf(t testing.TB, words string) (Reply, AskStatus, Status) {
	t.Helper()
	f := strings.Fields(words)
	var q AskStatus
	if f[0] == "noise" {
		b, _ := hex.DecodeString(f[1])
		return Noise(b[0]), 0, Status{}
	}
	if f[0] == "real-time" {
		fmt.Sscan(f[1], &q)
		f = f[1:]
	}
	var s Status
	for _, word := range f[1:] {
		switch word {
		case "ready":
		case "offline":
			s.Offline = true
		case "cover":
			s.Cover = true
		case "knife":
			s.Knife = true
		case "hot":
			s.Hot = true
		case "error":
			s.Error = true
		case "paper-out":
			s.PaperOut = true
		case "paper-low":
			s.PaperLow = true
		default:
			t.Fatalf("no state %q in %q", word, words)
		}
	}
	switch {
	case q != 0:
		return s.RealTime(q), q, s
	case f[0] == "confirmed":
		return s.Confirmed(), 0, s
	case f[0] == "auto":
		return s.Auto(), 0, s
	}
	t.Fatalf("no reply %q", words)
	return nil, 0, Status{}
}

// statusOf returns what a reply tells.
func statusOf(r Reply, q AskStatus) Status {
	switch r := r.(type) {
	case RealTime:
		return r.Status(q)
	case Confirmed:
		return r.Status()
	case Auto:
		return r.Status()
	}
	return Status{}
}

func bytesOf(r Reply) []byte {
	switch r := r.(type) {
	case RealTime:
		return []byte{byte(r)}
	case Confirmed:
		return []byte{byte(r)}
	case Auto:
		return r[:]
	case Noise:
		return []byte{byte(r)}
	}
	return nil
}
