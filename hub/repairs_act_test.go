package hub

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/repair"
)

// Everybody who may do something about repairs, and some who may nothing.
const everybody = "gao su exp county mgr tang tax lin taxcall clerk other op audit guide"

// domain §1, §4: which act is whose, in a state in which it can be done; for everybody else it is refused: 404 where he
// does not even see the repair, 403 where he does.
func TestWhoMayDoWhatToARepair(t *testing.T) {
	o := newOffice(t)
	for _, c := range []struct {
		act, says string
		at        string // the state it is done in
		may       string
		also      func(service) // brings it to where the act can be done
	}{
		{act: "assign", says: `"unit":"police"`, at: "open", may: "gao exp"},
		{act: "sign", at: "assigned", may: "tang"},
		{act: "call", says: saidOf, at: "verifying", may: "gao exp lin op"},
		{act: "verify", says: verdictOf, at: "verifying", may: "tang"},
		{act: "begin", says: `"mode":"at-once"`, at: "repairing", may: "tang"},
		{act: "extend", says: `"reason":"等系统改好","to":` + in20Days(), at: "repairing", may: "tang"},
		{act: "answer", says: answerOf, at: "repairing", may: "tang"},
		{act: "accept", at: "answered", may: "gao su"}, // not who came from the unit
		{act: "return", says: `"reason":"没有写改了什么"`, at: "answered", may: "gao su"},
		{act: "propose-exclusion", says: `"why":"malicious","evidence":"录像"`, at: "verifying", may: "tang"},
		{act: "decide-exclusion", says: `"exclude":true,"reason":"录像属实"`, at: "verifying", may: "gao su",
			also: func(s service) { o.as("tang").did(s, "propose-exclusion", `"why":"malicious","evidence":"录像"`) }},
		{act: "freeze", says: `"why":"review","report":"中心自查"`, at: "verifying", may: "gao exp"},
		{act: "thaw", says: `"reason":"查清了"`, at: "verifying", may: "gao exp",
			also: func(s service) { o.as("gao").did(s, "freeze", `"why":"review","report":"中心自查"`) }},
		{act: "appeal", says: `"ground":"person","evidence":"当时不是我"`, at: "verifying", may: "tang clerk"},
		{act: "decide-appeal", says: `"side":"unit","uphold":true,"reason":"属实"`, at: "verifying", may: "gao su",
			also: func(s service) { o.as("tang").did(s, "appeal", `"ground":"facts","evidence":"台账"`) }},
	} {
		t.Run(c.act, func(t *testing.T) {
			fresh := func() service {
				s := o.serve("city", "A1", hall.Bad, named())
				if c.at != "open" {
					o.work(s, c.at)
				}
				if c.also != nil {
					c.also(s)
				}
				return s
			}
			s := fresh()
			for who := range strings.FieldsSeq(everybody) {
				if slices.Contains(strings.Fields(c.may), who) {
					continue
				}
				r := o.as(who).act(s, c.act, c.says)
				if r.status != http.StatusForbidden && r.status != http.StatusNotFound || r.value("error.message") == "" {
					t.Errorf("%s: %s", who, r)
				}
				if sees := o.as(who).get("/api/repairs/" + s.repair).status; sees == http.StatusNotFound && r.status == http.StatusForbidden && r.value("error.code") != "forbidden" {
					t.Errorf("%s is told why he may not do something to what he does not see: %s", who, r)
				}
			}
			for who := range strings.FieldsSeq(c.may) {
				before := o.as(who).get("/api/repairs/" + s.repair)
				if may := fmt.Sprint(before.value("may")); who != "clerk" && !strings.Contains(may, c.act) {
					t.Errorf("%s is not offered it: %s", who, may)
				}
				if r := o.as(who).act(s, c.act, c.says); r.status != http.StatusOK || r.value("number") != s.repair {
					t.Errorf("%s: %s", who, r)
				}
				s = fresh()
			}
		})
	}
}

// in20Days is a day within the reach of an extension, as JSON.
func in20Days() string { return fmt.Sprintf("%q", (hall.DayOf(time.Now()) + 20).String()) }

// domain §4: the centre decides, never the own unit; of an appeal somebody who did not decide before.
func TestNobodyDecidesInHisOwnCause(t *testing.T) {
	o := newOffice(t)
	s := o.serve("city", "A1", hall.VeryBad, anonymous())
	o.work(s, "verifying")
	o.as("tang").did(s, "propose-exclusion", `"why":"mistaken","evidence":"按错了"`)
	if r := o.as("exp").act(s, "decide-exclusion", `"exclude":true,"reason":"同意"`); r.status != http.StatusForbidden || r.value("error.code") != "own-unit" {
		t.Errorf("who came from the unit decides: %s", r)
	}
	if r := o.as("tang").act(s, "decide-exclusion", `"exclude":true,"reason":"同意"`); r.status != http.StatusForbidden {
		t.Errorf("the unit decides itself: %s", r)
	}
	o.as("gao").did(s, "decide-exclusion", `"exclude":false,"reason":"没有证据"`)
	if r := o.as("tang").act(s, "propose-exclusion", `"why":"mistaken","evidence":"再提一次"`); r.status != http.StatusUnprocessableEntity || r.value("error.code") != "refused" {
		t.Errorf("the unit proposes again: %s", r)
	}
	o.as("clerk").did(s, "appeal", `"ground":"malicious","evidence":"他要插队"`)
	if r := o.as("clerk").act(s, "appeal", `"ground":"malicious","evidence":"再说一次"`); r.value("error.code") != "appealed" {
		t.Errorf("he appeals again: %s", r)
	}
	says := `"side":"staff","uphold":true,"reason":"录像里确是插队"`
	if r := o.as("gao").act(s, "decide-appeal", says); r.status != http.StatusForbidden || r.value("error.code") != "own-act" {
		t.Errorf("who decided before decides again: %s", r)
	}
	if r := o.as("wei").did(s, "decide-appeal", says); r.value("state") != "excluded" {
		t.Errorf("upheld: %s", r)
	}
	own := o.as("clerk").get("/api/appeals/" + s.repair)
	if !strings.Contains(own.text, "录像里确是插队") || !strings.Contains(own.text, "他要插队") || strings.Contains(own.text, "没有证据") {
		t.Errorf("who appealed reads his own and what became of it, and nothing else: %s", own)
	}
	if unit := o.as("tang").get("/api/repairs/" + s.repair); strings.Contains(unit.text, "他要插队") || !strings.Contains(unit.text, "没有证据") {
		t.Errorf("the unit reads of its own proposal, not of another's appeal: %s", unit)
	}
}

// Of two who do the same at the same moment one is first; the other is told who, when and what, and nothing of his is
// recorded.
func TestTwoAtOnce(t *testing.T) {
	o := newOffice(t)
	s := o.serve("city", "A1", hall.Bad, anonymous())
	o.work(s, "assigned")
	tang, hu := o.as("tang"), o.as("hu")
	seen := o.version(s)
	replies := make([]reply, 8)
	var all sync.WaitGroup
	for n := range replies {
		all.Go(func() {
			who := []*till{tang, hu}[n%2]
			r, err := who.request(http.MethodPost, "/api/repairs/"+s.repair+"/sign", fmt.Sprintf(`{"seen":%d}`, seen))
			if err != nil {
				r.text = err.Error()
			}
			replies[n] = r
		})
	}
	all.Wait()
	var first string
	for _, r := range replies {
		if r.status == http.StatusOK {
			if first != "" {
				t.Errorf("two were first: %v", replies)
			}
			first = r.value("handler").(string)
		}
	}
	if first == "" {
		t.Fatalf("nobody signed: %v", replies)
	}
	for _, r := range replies {
		if r.status == http.StatusOK {
			continue
		}
		if r.status != http.StatusConflict || r.value("error.code") != "taken" || r.value("error.by") != first || r.value("error.did") != "repair.signed" || r.value("error.at") == nil ||
			!strings.Contains(r.value("error.message").(string), first) {
			t.Errorf("who came second: %s", r)
		}
	}
	deeds, _, err := o.store.Deeds(t.Context(), intake.DeedsAsked{Page: intake.Page{Limit: 50}, About: s.visit.String(), Types: []string{"repair.signed"}})
	if err != nil || len(deeds) != 1 {
		t.Errorf("%d were recorded: %v", len(deeds), err)
	}
	if o.version(s) != seen+1 {
		t.Errorf("version %d, want %d", o.version(s), seen+1)
	}
	clean(t, o.Config)
}

// What is sent is read strictly; what is wrong with it is said by field, and nothing is recorded.
func TestWhatIsSentIsReadStrictly(t *testing.T) {
	o := newOffice(t)
	s := o.serve("city", "A1", hall.Bad, anonymous())
	o.work(s, "repairing")
	at := "/api/repairs/" + s.repair + "/"
	version := o.version(s)
	seen := fmt.Sprintf(`"seen":%d`, version)
	for name, c := range map[string]struct {
		who, act, body string
		status         int
		code, field    string
	}{
		"no JSON":                     {"tang", "answer", "seen=1", 400, "form", ""},
		"nothing":                     {"tang", "answer", "", 400, "form", ""},
		"a list":                      {"tang", "answer", "[]", 400, "form", ""},
		"a text that is a number":     {"tang", "answer", `{` + seen + `,"reply":5,"changed":"x"}`, 400, "form", ""},
		"a field of another act":      {"tang", "answer", `{` + seen + `,` + answerOf + `,"exclude":true}`, 400, "form", ""},
		"two values":                  {"tang", "answer", `{` + seen + `}{}`, 400, "form", ""},
		"too much":                    {"tang", "answer", `{` + seen + `,"reply":"` + strings.Repeat("长", 30_000) + `"}`, 413, "form", ""},
		"a text that is too long":     {"tang", "answer", `{` + seen + `,"changed":"x","reply":"` + strings.Repeat("长", 2001) + `"}`, 422, "long", "reply"},
		"a text without any sign":     {"tang", "answer", `{` + seen + `,"changed":"x","reply":" \u200b\u202e\n "}`, 422, "text", "reply"},
		"no text":                     {"tang", "answer", `{` + seen + `,"changed":"x"}`, 422, "text", "reply"},
		"null for a text":             {"tang", "answer", `{` + seen + `,"changed":"x","reply":null}`, 422, "text", "reply"},
		"a result that is none":       {"tang", "answer", `{` + seen + `,"result":"true",` + answerOf + `}`, 422, "choice", "result"},
		"a mode that is none":         {"tang", "begin", `{` + seen + `,"mode":"later"}`, 422, "choice", "mode"},
		"no day":                      {"tang", "extend", `{` + seen + `,"reason":"x"}`, 422, "choice", "to"},
		"a day that is none":          {"tang", "extend", `{` + seen + `,"reason":"x","to":"2026-02-30"}`, 400, "form", ""},
		"a day that is past":          {"tang", "extend", `{` + seen + `,"reason":"x","to":"2026-01-05"}`, 422, "not-later", ""},
		"a day too far":               {"tang", "extend", `{` + seen + `,"reason":"x","to":"2099-01-05"}`, 422, "too-far", ""},
		"neither yes nor no":          {"gao", "decide-exclusion", `{` + seen + `,"reason":"x"}`, 422, "choice", "exclude"},
		"a unit that is none":         {"gao", "assign", `{` + seen + `,"unit":"army"}`, 422, "choice", "unit"},
		"no unit":                     {"gao", "assign", `{` + seen + `}`, 422, "choice", "unit"},
		"a handler that is none":      {"gao", "assign", `{` + seen + `,"unit":"police","handler":"nobody"}`, 422, "choice", "handler"},
		"a handler of another unit":   {"gao", "assign", `{` + seen + `,"unit":"police","handler":"tax"}`, 422, "choice", "handler"},
		"what was seen is older":      {"tang", "answer", `{"seen":1,` + answerOf + `}`, 409, "taken", ""},
		"what was seen is not yet":    {"tang", "answer", `{"seen":99,` + answerOf + `}`, 409, "taken", ""},
		"nothing was seen":            {"tang", "answer", `{` + answerOf + `}`, 409, "taken", ""},
		"what is not answered":        {"gao", "accept", `{` + seen + `}`, 422, "turn", ""},
		"no appeal to decide":         {"gao", "decide-appeal", `{` + seen + `,"side":"unit","uphold":true,"reason":"x"}`, 422, "nothing", ""},
		"who did not agree is called": {"lin", "call", `{` + seen + `,` + saidOf + `}`, 422, "no-call", ""},
	} {
		t.Run(name, func(t *testing.T) {
			o.as("tax")
			r := o.as(c.who).ask(http.MethodPost, at+c.act, c.body)
			field, _ := r.value("error.field").(string)
			if r.status != c.status || r.value("error.code") != c.code || field != c.field || strings.Contains(r.text, "say.") {
				t.Errorf("%s", r)
			}
			if now := o.version(s); now != version {
				t.Fatalf("version %d, was %d", now, version)
			}
		})
	}
	en := *o.as("tang")
	en.lang = "en"
	if r := en.act(s, "extend", `"reason":"x","to":"2099-01-05"`); !strings.Contains(r.text, "latest") && !strings.Contains(r.text, "at most") && !strings.Contains(r.text, "later than") {
		t.Errorf("in English: %s", r)
	}
}

// Texts are kept as they were written, without what would hide or turn them; pages show them as texts.
func TestWhatPeopleWrite(t *testing.T) {
	o := newOffice(t)
	for name, c := range map[string]struct{ wrote, kept string }{
		"markup":                  {`<script>alert(1)</script><img src=x onerror=y>`, `<script>alert(1)</script><img src=x onerror=y>`},
		"a formula":               {`=HYPERLINK(\"http://evil\")`, `=HYPERLINK("http://evil")`},
		"what turns the writing":  {`a\u202eb\u2066c\u2069`, `abc`},
		"emoji":                   {`👨\u200d👩\u200d👧 好`, "👨\u200d👩\u200d👧 好"},
		"blank lines":             {`一\n\n\n\n\n二\r\n三`, "一\n\n二\n三"},
		"controls":                {`a\u0000\u0007b\u001b[31m`, `ab[31m`},
		"as long as it may be":    {strings.Repeat("长", 2000), strings.Repeat("长", 2000)},
		"a letter and its accent": {`e\u0301`, "é"},
	} {
		t.Run(name, func(t *testing.T) {
			s := o.serve("city", "A1", hall.Bad, anonymous())
			o.work(s, "repairing")
			r := o.as("tang").did(s, "answer", `"changed":"改了","reply":"`+c.wrote+`"`)
			answers := r.value("answers").([]any)
			if got := answers[0].(map[string]any)["reply"]; got != c.kept {
				t.Errorf("kept %q", got)
			}
			if raw, _, _ := o.store.Repair(t.Context(), s.visit.String()); raw.State != repair.Answered {
				t.Errorf("state %s", raw.State)
			}
		})
	}
}
