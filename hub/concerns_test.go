package hub

import (
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

const ourList = `topics:
  - {id: identity, name: 身份证件, name_en: Identity documents, words: [身份证]}
rules:
  - {id: police, topics: [identity], unit: u}
`

const aForm = `id: visit
name: 看一看
name_en: A look
kind: site
questions:
  - {id: open, ask: 开门了, ask_en: It was open, kind: yes-no, wrong: ["no"], needed: true}
`

// What is shipped fits every centre: the rules of units that are not here are left out.
func TestTheDeskWorksByWhatIsShipped(t *testing.T) {
	c, err := ReadConfig(write(t, "hub.yaml", goodHub, "hall.yaml", goodHall))
	if err != nil {
		t.Fatal(err)
	}
	d, err := c.desk(time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Responsibility.Topics) < 10 || len(d.Responsibility.Rules) != 3 || len(d.Forms) != 5 || d.Signed != nil || d.QR || d.SMS {
		t.Errorf("%d topics, %+v, %d forms", len(d.Responsibility.Topics), d.Responsibility.Rules, len(d.Forms))
	}
	police := strings.NewReplacer("{id: u,", "{id: police,", "unit: u,", "unit: police,", "unit: u}", "unit: police}").Replace(goodHall)
	if c, err = ReadConfig(write(t, "hub.yaml", goodHub, "hall.yaml", police)); err != nil || len(c.responsibility.Rules) != 4 {
		t.Errorf("with police: %+v, %v", c.responsibility.Rules, err)
	}
}

func TestTheDeskWorksByTheCentresOwnFiles(t *testing.T) {
	file := write(t, "hub.yaml", goodHub+"responsibility: list.yaml\ninspection_forms: forms\nhotline: {secret_file: secret}\npublic_url: https://pj.example\nsms: {provider: file}\n",
		"hall.yaml", goodHall, "list.yaml", ourList, "secret", "0123456789abcdef\n")
	forms := filepath.Join(filepath.Dir(file), "forms")
	if err := os.Mkdir(forms, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(forms, "visit.yaml"), []byte(aForm), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := ReadConfig(file)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Unix(1_800_000_000, 0)
	d, err := c.desk(func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	if unit, rule, ok := d.Responsibility.Route("complaint", "identity", "h1"); unit != "u" || rule != "police" || !ok || len(d.Forms) != 1 || d.Forms[0].ID != "visit" || !d.QR || !d.SMS {
		t.Errorf("%s by %s; %+v", unit, rule, d.Forms)
	}
	// The vector of README.md of the room gateway: HMAC-SHA256 over "v1\nin\n<time>\n<body>".
	h := http.Header{"X-Hallpulse-Time": {strconv.FormatInt(now.Unix(), 10)}, "X-Hallpulse-Signature": {"v1=00"}}
	if d.Signed == nil || d.Signed(h, []byte("{}")) {
		t.Error("a wrong signature was taken")
	}
}

// Each fault is named with its own file and line.
func TestFaultsOfTheDesksFiles(t *testing.T) {
	more := "responsibility: list.yaml\ninspection_forms: .\n"
	for name, c := range map[string]struct{ hub, list, form, want string }{
		"a unit that is not here": {more, strings.Replace(ourList, "unit: u", "unit: police", 1), aForm,
			`DIR/list.yaml:4: rules[0].unit: "police" is no unit of this centre, and not centre`},
		"a report that a rule would route": {more, ourList + "  - {id: r, kinds: [report], unit: centre}\n", aForm,
			"DIR/list.yaml:5: rules[1].kinds[0]: a report goes to the centre alone: no rule routes it"},
		"a key that nobody knows": {more, ourList + "units: []\n", aForm,
			"DIR/list.yaml:5: units: unknown key; known here: topics, rules"},
		"a question that is none": {"inspection_forms: .\n", ourList, strings.Replace(aForm, "kind: yes-no", "kind: riddle", 1),
			`form.yaml:6: questions[0].kind: "riddle": want one of yes-no, choice, number, text, photo`},
		"a list that is not there": {"responsibility: none.yaml\n", ourList, aForm,
			"responsibility: open DIR/none.yaml: no such file or directory"},
		"a folder without forms": {"inspection_forms: none\n", ourList, aForm,
			"inspection_forms: DIR/none: no .yaml file there: take the key away for the shipped forms"},
		"a secret that others read": {"hotline: {secret_file: open}\n", ourList, aForm,
			"hub.yaml:5: hotline.secret_file: DIR/open: others can read it: chmod 600"},
		"a secret that anybody guesses": {"hotline: {secret_file: short}\n", ourList, aForm,
			"hub.yaml:5: hotline.secret_file: DIR/short: want at least 16 characters that nobody can guess"},
	} {
		t.Run(name, func(t *testing.T) {
			file := write(t, "hub.yaml", goodHub+c.hub, "hall.yaml", goodHall, "list.yaml", c.list, "form.yaml", c.form, "short", "1234\n", "open", "0123456789abcdef\n")
			if err := os.Chmod(filepath.Join(filepath.Dir(file), "open"), 0o644); err != nil {
				t.Fatal(err)
			}
			_, err := ReadConfig(file)
			if err == nil {
				t.Fatal("no fault was found")
			}
			if got := strings.ReplaceAll(err.Error(), filepath.Dir(file), "DIR"); !strings.Contains(got, c.want) {
				t.Errorf("%s\nwant %s", got, c.want)
			}
		})
	}
}

// Two forms of one name are a fault: which one an inspector meant nobody could say.
func TestTwoFormsOfOneName(t *testing.T) {
	file := write(t, "hub.yaml", goodHub+"inspection_forms: forms\n", "hall.yaml", goodHall)
	forms := filepath.Join(filepath.Dir(file), "forms")
	if err := os.Mkdir(forms, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a.yaml", "b.yaml"} {
		if err := os.WriteFile(filepath.Join(forms, name), []byte(aForm), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := ReadConfig(file); err == nil || !strings.Contains(err.Error(), `b.yaml:1: id: "visit" is the form of `) {
		t.Errorf("%v", err)
	}
}
