//go:build e2e

package e2e

import (
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/scripts/stand"
)

// TestRefusals meets the programs with what they must refuse, each with a sentence for the one who meets it; none of it
// stops a window or loses a press.
func TestRefusals(t *testing.T) {
	t.Parallel()
	s := build(t, plan{windows: 2})
	s.open()
	b := s.booths[0]
	ticket, err := b.take()
	must(t, err)

	t.Run("configuration", s.badConfiguration)
	t.Run("tokens", func(t *testing.T) { s.badTokens(t, ticket.URL) })
	t.Run("hosts, origins and methods", s.badRequests)
	t.Run("garbage on the line stops no window", func(t *testing.T) {
		stop := make(chan struct{})
		done := make(chan struct{})
		go func() {
			defer close(done)
			noise := make([]byte, 300)
			for {
				select {
				case <-stop:
					return
				case <-time.After(5 * time.Millisecond):
					_, _ = rand.Read(noise)
					s.pads[1].Line.Write(noise)
				}
			}
		}()
		must(t, b.round(0))
		close(stop)
		<-done
		must(t, s.booths[1].round(0))
		s.equal(t)
	})
	t.Run("two agents under one name are a finding, and both keep what they hear", s.twoOfOneName)
	t.Run("a revoked agent works on alone", s.revoked)
	t.Run("torn stores", s.torn)
}

func (s *site) badConfiguration(t *testing.T) {
	for name, c := range map[string]struct{ line, want string }{
		"unknown key":  {"desks: {listen: 127.0.0.1:1}\n", "desks"},
		"wrong type":   {"log: [1]\n", "log"},
		"wrong device": {"devices:\n  - {name: x, kind: scanner, port: /dev/null}\n", "scanner"},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "agent.yaml")
			write(t, file, "data: data\n"+c.line)
			a := *s.agent
			a.Dir = filepath.Dir(file)
			out, err := a.Command(s.ctx, "", "check-config")
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "agent.yaml:") {
				t.Errorf("said %q, %v: want the file, the line and %q", out, err, c.want)
			}
		})
	}
}

func (s *site) badTokens(t *testing.T, good string) {
	flipped := good[:len(good)-10] + swapCase(good[len(good)-10:])
	for name, url := range map[string]string{
		"forged":    flipped,
		"cut short": good[:len(good)-20],
		"guessed":   good[:strings.LastIndex(good, "/")+1] + strings.Repeat("A", 102),
		"no token":  good[:strings.LastIndex(good, "/")+1] + "7K3M92QF",
	} {
		t.Run(name, func(t *testing.T) {
			body, status := get(t, http.MethodGet, url, nil)
			if status < 400 || status >= 500 || !strings.Contains(body, "<h1>") {
				t.Errorf("status %d, page %q", status, body)
			}
			if _, err := stand.Rate(s.ctx, url, 1); err == nil {
				t.Error("could be rated with")
			}
		})
	}
	body, status := get(t, http.MethodPut, good, nil)
	if status != http.StatusMethodNotAllowed || body == "" {
		t.Errorf("PUT: status %d, %q", status, body)
	}
}

// swapCase gives a text of the same letters that is another token.
func swapCase(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 32
		case r >= 'A' && r <= 'Z':
			return r + 32
		}
		return r
	}, s)
}

func (s *site) badRequests(t *testing.T) {
	desk := "http://" + s.agent.Desk
	for name, c := range map[string]struct {
		method, url string
		header      http.Header
		want        int
	}{
		"desk: foreign host":       {"GET", desk + "/api/hall", http.Header{"Host": {"evil.example"}}, 403},
		"desk: foreign origin":     {"POST", desk + "/api/windows/1/next", http.Header{"Origin": {"http://evil.example"}, "Idempotency-Key": {"k"}}, 403},
		"desk: wrong method":       {"GET", desk + "/api/windows/1/next", nil, 405},
		"desk: no such window":     {"POST", desk + "/api/windows/99/next", http.Header{"Idempotency-Key": {"k2"}}, 404},
		"office: nobody signed in": {"GET", "http://" + s.hub.Office + "/api/me", nil, 401},
		"office: foreign host":     {"GET", "http://" + s.hub.Office + "/signin", http.Header{"Host": {"evil.example"}}, 403},
		"public: no office there":  {"GET", "http://" + s.hub.Public + "/signin", nil, 404},
	} {
		t.Run(name, func(t *testing.T) {
			body, status := get(t, c.method, c.url, c.header)
			if status != c.want || strings.TrimSpace(body) == "" {
				t.Errorf("status %d, want %d; said %q", status, c.want, body)
			}
		})
	}
}

func get(t *testing.T, method, url string, header http.Header) (string, int) {
	t.Helper()
	req, err := http.NewRequest(method, url, nil)
	must(t, err)
	for k, v := range header {
		req.Header[k] = v
	}
	req.Host = header.Get("Host")
	answer, err := http.DefaultClient.Do(req)
	must(t, err)
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	must(t, err)
	return string(b), answer.StatusCode
}

// twoOfOneName starts a second program with the first one's enrolment: a copied card.
func (s *site) twoOfOneName(t *testing.T) {
	dir := filepath.Join(shortDir(t), "twin")
	pad, err := s.wires.Pad("twin-pad", 0xB000, 1<<16, noNoise())
	must(t, err)
	s.pads = append(s.pads, pad)
	must(t, os.MkdirAll(filepath.Join(dir, "data"), 0o700))
	line, err := os.ReadFile(filepath.Join(s.agent.Data(), "enrolment"))
	must(t, err)
	must(t, os.WriteFile(filepath.Join(dir, "data", "enrolment"), line, 0o600))
	twin, err := stand.NewAgent(s.ctx, s.p, stand.AgentConfig{
		Name: "e2e", Dir: dir, Hall: filepath.Join(filepath.Dir(s.agent.Dir), "hall.yaml"),
		Devices: []stand.Device{{Name: "pad-1", Kind: "pad", Window: "1", Port: pad.Port}},
	}, s.hub)
	must(t, err)
	must(t, twin.Start(s.ctx))
	other := newBooth(&site{t: t, ctx: s.ctx, agent: twin}, "1", "A", pad)
	must(t, other.sure("open"))
	must(t, other.round(0))
	must(t, s.booths[0].round(1))
	eventually(t, "the finding", func() (bool, string) {
		_, found := s.findings(t)[hall.FindingTwoInstances]
		return found, fmt.Sprint(s.findings(t))
	})
	eventually(t, "the twin to have nothing left to send", func() (bool, string) {
		v, err := twin.Console(s.ctx, "1")
		return err == nil && v.Hub.Up && v.Hub.Stored == 0, fmt.Sprintf("%+v %v", v.Hub, err)
	})
	must(t, twin.Stop())
	s.equal(t)
}

func (s *site) revoked(t *testing.T) {
	_, err := s.hub.Command(s.ctx, "", "agent", "revoke", s.agent.Name)
	must(t, err)
	eventually(t, "the console to say that the hub is away", func() (bool, string) {
		v, err := s.agent.Console(s.ctx, "1")
		return err == nil && !v.Hub.Up, fmt.Sprintf("%+v %v", v.Hub, err)
	})
	must(t, s.booths[0].round(2)) // tickets, calls and ratings go on
}

// torn overwrites both databases with what is none: the hub says what to do, the agent begins anew by itself.
func (s *site) torn(t *testing.T) {
	must(t, s.hub.Stop())
	must(t, s.agent.Stop())
	junk := make([]byte, 1<<16)
	_, _ = rand.Read(junk)
	hubDB := filepath.Join(s.hub.Data(), "hub.db")
	kept, err := os.ReadFile(hubDB)
	must(t, err)
	must(t, os.WriteFile(hubDB, junk, 0o600))
	if err := s.hub.Start(s.ctx); err == nil || !strings.Contains(err.Error(), "restore") {
		t.Errorf("a hub with a torn database said: %v", err)
	}
	must(t, os.WriteFile(hubDB, kept, 0o600))
	must(t, s.hub.Start(s.ctx))
	must(t, os.WriteFile(filepath.Join(s.agent.Data(), "hall.db"), junk, 0o600))
	must(t, s.agent.Start(s.ctx))
	s.closeBooths(t)
	must(t, s.booths[0].round(3))
}
