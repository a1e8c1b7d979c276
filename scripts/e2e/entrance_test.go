//go:build e2e

package e2e

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hallpulse/scripts/stand"
)

// deskSize is the screen of a clerk, stallSize that of a kiosk.
func deskSize() size  { return size{1366, 768} }
func stallSize() size { return size{1080, 1920} }

// A clerk's computer is paired by a code, and clerks sign on at it with badge and PIN, on the keyboard alone: the shipped
// programs, the hub's certificate, a real browser.
func TestAConsoleIsPairedAndAClerkSignsOn(t *testing.T) {
	t.Parallel()
	lan, err := stand.FreePort()
	must(t, err)
	s := build(t, plan{windows: 2, cable: noNoise(), lan: fmt.Sprintf("listen: %q, names: [desk.test]", lan)})
	const own, other = "713950", "482907"
	for badge, pin := range map[string]string{"0301": own, "0302": other} {
		if said, err := s.hub.Command(s.ctx, pin+"\n", "staff", "pin", badge, "--stdin"); err != nil || strings.Contains(said, pin) {
			t.Fatalf("%s, %v", said, err)
		}
	}
	var code string
	eventually(t, "the hub's certificate", func() (bool, string) {
		said, err := s.agent.Command(s.ctx, "", "pair", "--role", "console", "--window", "1", "--name", "PC 1")
		code = strings.TrimSpace(said)
		return err == nil, fmt.Sprint(err)
	})
	ca, err := os.ReadFile(filepath.Join(s.hub.Dir, "data", "keys", "ca.crt"))
	must(t, err)
	root, err := x509.ParseCertificate(ca)
	must(t, err)
	roots := x509.NewCertPool()
	roots.AddCert(root)
	eventually(t, "the hall's network", func() (bool, string) { // whoever has the hub's CA believes this desk
		c, err := tls.Dial("tcp", lan, &tls.Config{RootCAs: roots, ServerName: "desk.test"})
		if err == nil {
			must(t, c.Close())
		}
		return err == nil, fmt.Sprint(err)
	})
	_, port, err := net.SplitHostPort(lan)
	must(t, err)
	desk := "https://desk.test:" + port

	b := newBrowser(t)
	for lang, at := range map[string]size{"zh": stallSize(), "en": deskSize()} {
		p := b.open(lang, desk+"/?lang="+lang, at, lang)
		p.wait(".pad")
		p.click(".pad button:has-text('4')")
		p.press("8")
		p.seen("entrance-pair-" + lang)
		p.close()
	}
	p := b.open("console", desk+"/console/2?lang=en", deskSize(), "en")
	p.wait(".pad") // no window before it is paired
	for _, digit := range "00000000" {
		p.press(string(digit))
	}
	p.press("Enter")
	p.wait(".said .attention")
	p.seen("entrance-wrong-code")
	for _, digit := range strings.ReplaceAll(code, " ", "") {
		p.press(string(digit))
	}
	p.press("Enter")
	p.wait(".frame h1:has-text('Window 1')")
	p.offers("badge and PIN")

	s.eventuallyPINs(p)
	p.press("F10")
	p.wait(".sign input[type=password]")
	p.types("000000")
	p.press("Enter")
	p.wait(".line.loud:has-text('wrong')")
	p.seen("entrance-wrong-pin")
	p.types(own)
	p.press("Enter")
	p.offers("Pause")
	p.press("F10")
	p.wait(".chooser:has-text('Meeting')")
	p.seen("entrance-pause")
	p.press("3")
	p.offers("Resume")
	p.press("End")
	p.offers("badge and PIN")

	// The stand-in: his own badge, and the console says for whom.
	p.press("F10")
	p.wait(".sign input[type=password]")
	p.press("Shift+Tab")
	p.types("0302")
	p.press("Tab")
	p.types(other)
	p.press("NumpadEnter")
	p.offers("Pause")
	p.wait(".bar:has-text('0302')")
	p.wait(".bar:has-text('for Zhou Min')")
	p.seen("entrance-stand-in")
	p.press("End")
	p.offers("badge and PIN")

	p.b.do(p.name, "goto", map[string]any{"url": desk + "/console/2"}, nil)
	p.wait("text=paired to another place")
	p.b.do(p.name, "goto", map[string]any{"url": desk + "/"}, nil)
	p.wait(".frame h1")
	said, err := s.agent.Command(s.ctx, "", "pairings")
	must(t, err)
	id := strings.Fields(strings.Split(said, "\n")[1])[0]
	_, err = s.agent.Command(s.ctx, "", "unpair", id)
	must(t, err)
	p.wait(".pad") // it is shut out at once, and says how to pair

	for _, file := range []string{s.agent.Log, s.hub.Log} {
		log, err := os.ReadFile(file)
		must(t, err)
		for _, secret := range []string{own, other, strings.ReplaceAll(code, " ", ""), "argon2id", "__Host-"} {
			if strings.Contains(string(log), secret) {
				t.Errorf("%s is in %s", secret, filepath.Base(filepath.Dir(file)))
			}
		}
	}
}

// eventuallyPINs waits until the console asks for a PIN and somebody has one.
func (s *site) eventuallyPINs(p tab) {
	s.t.Helper()
	eventually(s.t, "the PINs", func() (bool, string) {
		p.press("F10")
		if p.count(".sign form") > 0 {
			p.press("Escape")
			return true, ""
		}
		p.press("Escape")
		return false, "nobody has one yet"
	})
}

// offers waits until a key says something, and can be pressed.
func (p tab) offers(what string) {
	p.b.t.Helper()
	p.wait(".keys:not([aria-busy]) button:enabled:has-text('" + what + "')")
}

// seen is look of a page that was refused something on purpose: its console has heard of that.
func (p tab) seen(name string) {
	p.b.t.Helper()
	p.b.do(p.name, "shot", map[string]any{"file": filepath.Join(shots(p.b.t), name+".png")}, nil)
	var found []string
	p.b.do(p.name, "axe", nil, &found)
	for _, f := range found {
		p.b.t.Errorf("%s: axe: %s", name, f)
	}
}
