//go:build e2e

package e2e

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"hallpulse/scripts/stand"
)

const (
	citizenName  = "陈国芳"
	citizenPhone = "13812342046"
	citizenWords = "照片回执交了两回"
)

// desk is somebody of the office before his pages.
type desk struct {
	s *site
	c *http.Client
}

// signsIn signs somebody in.
func (s *site) signsIn(t *testing.T, name string) desk {
	t.Helper()
	jar, err := cookiejar.New(nil)
	must(t, err)
	d := desk{s, &http.Client{Jar: jar, Timeout: 30 * time.Second}}
	resp, err := d.c.PostForm("http://"+s.hub.Office+"/signin", url.Values{"name": {name}, "password": {managerPassword}})
	must(t, err)
	resp.Body.Close()
	if resp.StatusCode >= 400 {
		t.Fatalf("%s does not come in: %s", name, resp.Status)
	}
	return d
}

// asks asks the office's API; with a body it is an act. It returns what was said, whatever that is.
func (d desk) asks(t *testing.T, path string, body any, into any) (said string, status int) {
	t.Helper()
	method, data := http.MethodGet, []byte(nil)
	if body != nil {
		var err error
		data, err = json.Marshal(body)
		must(t, err)
		method = http.MethodPost
	}
	req, err := http.NewRequestWithContext(d.s.ctx, method, "http://"+d.s.hub.Office+path, bytes.NewReader(data))
	must(t, err)
	req.Header.Set("Content-Type", "application/json")
	resp, err := d.c.Do(req)
	must(t, err)
	defer resp.Body.Close()
	var b bytes.Buffer
	_, err = b.ReadFrom(resp.Body)
	must(t, err)
	if into != nil && resp.StatusCode == http.StatusOK {
		if err := json.Unmarshal(b.Bytes(), into); err != nil {
			t.Fatalf("%s: %v\n%s", path, err, b.String())
		}
	}
	return b.String(), resp.StatusCode
}

var erasedSome = regexp.MustCompile(`"erased":[1-9]`)

var visitField = regexp.MustCompile(`name="visit" value="([^"]+)"`)

// rates lets the holder of a ticket rate on the phone page: badly, with her name, and she agrees to be called.
func (s *site) rates(t *testing.T, ticket stand.Ticket) (visit string) {
	t.Helper()
	eventually(t, "the phone page to ask for a rating", func() (bool, string) {
		resp, err := http.Get(ticket.URL)
		if err != nil {
			return false, err.Error()
		}
		defer resp.Body.Close()
		var page bytes.Buffer
		if _, err := page.ReadFrom(resp.Body); err != nil {
			return false, err.Error()
		}
		found := visitField.FindStringSubmatch(page.String())
		if found == nil {
			return false, resp.Status
		}
		visit = found[1]
		return true, ""
	})
	resp, err := http.PostForm(ticket.URL, url.Values{"do": {"send"}, "visit": {visit}, "level": {"2"}, "reason": {"208"}, "text": {citizenWords},
		"name": {citizenName}, "phone": {citizenPhone}, "call": {"1"}})
	must(t, err)
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("the rating was answered with %s", resp.Status)
	}
	return visit
}

// sealedBytes are the seals of all boxes of a database.
func sealedBytes(t *testing.T, file string) (all [][]byte) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+file+"?mode=ro")
	must(t, err)
	defer db.Close()
	rows, err := db.Query(`SELECT sealed FROM boxes`)
	must(t, err)
	defer rows.Close()
	for rows.Next() {
		var b []byte
		must(t, rows.Scan(&b))
		all = append(all, b)
	}
	must(t, rows.Err())
	return all
}

// lies reports in which files of a folder one of these bytes lie.
func lies(t *testing.T, folder string, sealed [][]byte) (in []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "hub.db*"))
	must(t, err)
	for _, f := range files {
		data, err := os.ReadFile(f)
		if os.IsNotExist(err) {
			continue
		}
		must(t, err)
		for _, s := range sealed {
			if bytes.Contains(data, s[8:]) {
				in = append(in, filepath.Base(f))
				break
			}
		}
	}
	return in
}

// TestPersonalDataOfTheShippedHub goes the way of one person's data: given on the phone page, masked, looked at once by the
// right person and by nobody else, given to its owner, erased on her wish; gone from pages, from the export, from the files
// of the database, and gone again when an older copy is put back (domain §4, §11; design §2).
func TestPersonalDataOfTheShippedHub(t *testing.T) {
	t.Parallel()
	s := build(t, plan{windows: 1})
	for _, u := range [][]string{{"li", "centre"}, {"lin", "caller", "--unit", "police"}, {"tang", "handler", "--unit", "police"}, {"zhou", "staff", "--unit", "police", "--badge", "0301"}, {"shen", "auditor"}} {
		must(t, s.hub.AddUser(s.ctx, u[0], u[1], managerPassword, u[2:]...))
	}
	must(t, s.agent.Act(s.ctx, "1", "open"))
	ticket, err := s.agent.Take(s.ctx, "A", "A01")
	must(t, err)
	for _, verb := range []string{"next", "serve", "finish"} {
		must(t, s.agent.Act(s.ctx, "1", verb))
	}
	visit := s.rates(t, ticket)

	centre, caller, auditor := s.signsIn(t, "li"), s.signsIn(t, "lin"), s.signsIn(t, "shen")
	var list struct {
		Rows []struct {
			ID, Number, State string
			Version           int
		}
	}
	if said, status := centre.asks(t, "/api/repairs", nil, &list); status != http.StatusOK || len(list.Rows) != 1 {
		t.Fatalf("repairs: %d %s", status, said)
	}
	number, version := list.Rows[0].Number, list.Rows[0].Version
	if said, status := centre.asks(t, "/api/repairs/"+number+"/assign", map[string]any{"seen": version, "unit": "police"}, nil); status != http.StatusOK {
		t.Fatalf("assigned: %d %s", status, said)
	}
	handler := s.signsIn(t, "tang")
	var row struct{ Version int }
	handler.asks(t, "/api/repairs/"+number, nil, &row)
	if said, status := handler.asks(t, "/api/repairs/"+number+"/sign", map[string]any{"seen": row.Version}, nil); status != http.StatusOK {
		t.Fatalf("signed for: %d %s", status, said)
	}

	t.Run("who calls back sees the number once asked, and nobody else does", func(t *testing.T) {
		page, status := caller.asks(t, "/api/repairs/"+number, nil, nil)
		if status != http.StatusOK || strings.Contains(page, citizenPhone) || strings.Contains(page, citizenName) || !strings.Contains(page, "138****2046") {
			t.Errorf("unasked: %d %s", status, page)
		}
		ask := map[string]string{"what": "phone", "why": "call-back"}
		if said, status := caller.asks(t, "/api/repairs/"+number+"/reveal", ask, nil); status != http.StatusOK || !strings.Contains(said, citizenPhone) {
			t.Errorf("asked: %d %s", status, said)
		}
		for _, name := range []string{"tang", "zhou", "shen", "gao"} {
			if said, status := s.signsIn(t, name).asks(t, "/api/repairs/"+number+"/reveal", ask, nil); status < 400 || strings.Contains(said, citizenPhone) {
				t.Errorf("%s: %d %s", name, status, said)
			}
		}
		if said, _ := auditor.asks(t, "/api/private/looks?did=revealed", nil, nil); strings.Count(said, `"type":"private.revealed"`) != 1 || !strings.Contains(said, `"account":"lin"`) || !strings.Contains(said, `"what":["phone"]`) {
			t.Errorf("looks: %s", said)
		}
	})

	copied := filepath.Join(s.hub.Dir, "before.db")
	_, err = s.hub.Command(s.ctx, "", "backup", copied)
	must(t, err)
	sealed := sealedBytes(t, copied)
	if len(sealed) == 0 {
		t.Fatal("no box in the copy")
	}

	t.Run("she is given what is kept of her", func(t *testing.T) {
		said, status := centre.asks(t, "/api/private/export", map[string]string{"phone": "138 1234 2046"}, nil)
		if status != http.StatusOK || !strings.Contains(said, citizenName) || !strings.Contains(said, citizenWords) {
			t.Errorf("%d %s", status, said)
		}
		if out, err := s.hub.Command(s.ctx, citizenPhone+"\n", "private", "export", "--phone", "-"); err != nil || !strings.Contains(out, citizenWords) {
			t.Errorf("by command: %v\n%s", err, out)
		}
		if said, status := auditor.asks(t, "/api/private/export", map[string]string{"visit": visit}, nil); status != http.StatusForbidden || strings.Contains(said, citizenName) {
			t.Errorf("the auditor: %d %s", status, said)
		}
	})

	gone := func(t *testing.T, when string) {
		t.Helper()
		page, status := centre.asks(t, "/api/repairs/"+number, nil, nil)
		if status != http.StatusOK {
			t.Errorf("%s: the repair: %d %s", when, status, page)
		}
		export, status := centre.asks(t, "/api/private/export", map[string]string{"visit": visit}, nil)
		if status != http.StatusOK || !strings.Contains(export, `"copies":[]`) {
			t.Errorf("%s: the export: %d %s", when, status, export)
		}
		if said, status := centre.asks(t, "/api/repairs/"+number+"/reveal", map[string]string{"what": "phone", "why": "call-back"}, nil); status < 400 {
			t.Errorf("%s: looked at: %d %s", when, status, said)
		}
		out, err := s.hub.Command(s.ctx, citizenPhone+"\n", "private", "export", "--phone", "-")
		if err != nil || strings.TrimSpace(out) != "[]" {
			t.Errorf("%s: by command: %v\n%s", when, err, out)
		}
		for _, said := range []string{page, export, out} {
			for _, secret := range []string{citizenName, citizenPhone, "138****2046", citizenWords} {
				if strings.Contains(said, secret) {
					t.Errorf("%s: %q is still told: %s", when, secret, said)
				}
			}
		}
		eventually(t, "her boxes to lie in no file of the database "+when, func() (bool, string) {
			in := lies(t, s.hub.Data(), sealed)
			return len(in) == 0, fmt.Sprint("in ", in)
		})
	}
	t.Run("she wants it erased", func(t *testing.T) {
		if said, status := centre.asks(t, "/api/private/erase", map[string]any{"number": number, "ground": "request", "dry": true}, nil); status != http.StatusOK || !strings.Contains(said, `"call":true`) {
			t.Errorf("consequences: %d %s", status, said)
		}
		if said, status := centre.asks(t, "/api/private/erase", map[string]any{"number": number, "ground": "request"}, nil); status != http.StatusOK || !erasedSome.MatchString(said) {
			t.Fatalf("erased: %d %s", status, said)
		}
		gone(t, "erased")
	})

	t.Run("an older copy is put back", func(t *testing.T) {
		must(t, s.hub.Stop())
		_, err := s.hub.Command(s.ctx, "", "restore", copied)
		must(t, err)
		if len(lies(t, s.hub.Data(), sealed)) == 0 {
			t.Fatal("the copy does not hold it: this proves nothing")
		}
		must(t, s.hub.Start(s.ctx))
		centre = s.signsIn(t, "li")
		gone(t, "restored")
		if said, _ := centre.asks(t, "/api/private/looks?did=erased", nil, nil); !strings.Contains(said, `"ground":"request"`) {
			t.Errorf("recorded: %s", said)
		}
		must(t, s.hub.Stop())
		if out, err := s.hub.Command(s.ctx, "", "check"); err != nil {
			t.Errorf("check: %v\n%s", err, out)
		}
		must(t, s.hub.Start(s.ctx))
	})
}
