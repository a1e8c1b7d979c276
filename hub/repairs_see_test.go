package hub

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"hallpulse/firmware-protocol/hall"
)

// fieldsOf lists the fields of an answer that say something.
func fieldsOf(text string) string {
	var v map[string]any
	if json.Unmarshal([]byte(text), &v) != nil {
		return text
	}
	var keys []string
	for k, x := range v {
		list, isList := x.([]any)
		if x != nil && x != false && x != "" && x != 0.0 && !(isList && len(list) == 0) {
			keys = append(keys, k)
		}
	}
	return sorted(strings.Join(keys, " "))
}

// sorted puts words in order.
func sorted(words ...string) string {
	all := strings.Fields(strings.Join(words, " "))
	slices.Sort(all)
	return strings.Join(all, " ")
}

// design §7, domain §4: who sees what of a bad rating, field by field, through HTTP. The work is seen by everybody who has
// to do with it; what tells who rated by the centre, and by the unit only of who gave his name and agreed to be called; the
// level by the centre and the hall's manager. Of all of it the person rated learns that there is one.
func TestWhoSeesWhatOfARepair(t *testing.T) {
	o := newOffice(t)
	said, unsaid := o.serve("city", "A1", hall.Bad, named()), o.serve("city", "A1", hall.Bad, anonymous())
	for _, s := range []service{said, unsaid} {
		o.work(s, "answered")
	}
	o.as("tang").did(said, "propose-exclusion", `"why":"mistaken","evidence":"当日监控"`)
	const (
		work  = "answers as_of callback cause concerns day deadline due finding hall hall_name handler id item limits number opened reasons state steps unit unit_name version waits why window"
		rater = "at channel served_by ticket words"
	)
	seen := map[string][2]string{ // of the named one, of the anonymous one
		"gao":   {sorted(work, rater, "calls exclusion level may named note rater"), sorted(work, rater, "level may note")},
		"su":    {sorted(work, rater, "calls exclusion level may named note rater"), sorted(work, rater, "level may note")},
		"mgr":   {sorted(work, "at calls channel level named served_by"), sorted(work, "at channel level served_by")},
		"tang":  {sorted(work, rater, "calls exclusion may named note rater"), sorted(work, "may note")},
		"lin":   {sorted(work, rater, "calls exclusion named note rater"), sorted(work, "note")},
		"op":    {sorted(work, "at calls channel named rater served_by ticket"), sorted(work)},
		"audit": {sorted(work, "calls exclusion named"), sorted(work)},
	}
	for who, want := range seen {
		for n, s := range []service{said, unsaid} {
			r := o.as(who).get("/api/repairs/" + s.repair)
			if got := fieldsOf(r.text); r.status != http.StatusOK || got != want[n] {
				t.Errorf("%s sees of number %d: %d\n%s\nwant\n%s", who, n, r.status, got, want[n])
			}
		}
	}
	rated := o.as("clerk").get("/api/appeals/" + said.repair)
	if got, want := fieldsOf(rated.text), "as_of cause concerns day hall hall_name id item limits may number opened state version window"; got != want {
		t.Errorf("who served sees %s\nwant           %s", got, want)
	}
	for text, may := range map[string]string{ // word by word, in lists too
		`"level":2`: "gao su mgr", `"code":"`: "gao su mgr", "陈*芳": "gao su tang lin op", "138****2046": "gao su tang lin op",
		"照片回执交了两回": "gao su tang lin", "说话很冲": "gao su", said.number: "gao su tang lin op", unsaid.number: "gao su", `"channel":"qr"`: "gao su mgr tang lin op",
		"当日监控": "gao su tang lin", "本人说两次都带了回执": "gao su tang lin op", "您反映的两件事": "gao su tang lin", "请两天内回访": "gao su tang lin",
		"没有提供材料清单": "gao su mgr tang lin op audit", "陈小芳": "", "13800002046": "", said.visit.String(): "", said.ticket.String(): "", said.token: "",
	} {
		for who := range seen {
			all := o.as(who).get("/api/repairs/"+said.repair).text + o.as(who).get("/api/repairs/"+unsaid.repair).text + o.as(who).get("/api/repairs?limit=1").text
			if got, want := strings.Contains(all, text), slices.Contains(strings.Fields(may), who); got != want {
				t.Errorf("%s reads %q: %v", who, text, got)
			}
		}
		if own := rated.text + o.as("clerk").get("/api/appeals").text; strings.Contains(own, text) {
			t.Errorf("who served reads %q", text)
		}
	}
	// The moment of a rating tells who it was of: a unit that may not know that is told the day, and so of what followed by
	// rule.
	if r := o.as("tang").get("/api/repairs/" + unsaid.repair); !strings.Contains(r.text, `{"what":"opened","stands":"done","on":"`) {
		t.Errorf("the unit learns when an anonymous rating was given: %s", r.text)
	}
}

// What somebody may not see is answered as if it were not there; what his role may not is refused as such.
func TestWhatIsNotSeenIsNotThere(t *testing.T) {
	o := newOffice(t)
	city, tax, town := o.serve("city", "A1", hall.VeryBad, named()), o.serve("city", "A2", hall.VeryBad, needless()), o.serve("town", "A1", hall.Bad, anonymous())
	for who, sees := range map[string][]service{
		"gao": {city, tax, town}, "su": {city, tax, town}, "county": {town}, "mgr": {city, tax}, "mgr-town": {town},
		"tang": {city}, "tax": {tax}, "lin": {city}, "taxcall": {tax}, "op": {city, tax, town}, "audit": {city, tax, town},
	} {
		var want []string
		for _, s := range []service{city, tax, town} {
			status := http.StatusNotFound
			if slices.Contains(sees, s) {
				status = http.StatusOK
				want = append(want, s.repair)
			}
			if r := o.as(who).get("/api/repairs/" + s.repair); r.status != status {
				t.Errorf("%s opens %s of %s: %s", who, s.repair, s.in, r)
			}
		}
		if got := numbers(o.as(who).get("/api/repairs?order=newest")); !slices.Equal(got, sortedBack(want)) {
			t.Errorf("%s lists %v, want %v", who, got, want)
		}
	}
	for _, who := range []string{"clerk", "other", "read", "guide"} {
		if r := o.as(who).get("/api/repairs/" + city.repair); r.status != http.StatusForbidden || r.value("error.code") != "forbidden" {
			t.Errorf("%s opens a repair: %s", who, r)
		}
	}
	if r := o.as("other").get("/api/appeals/" + city.repair); r.status != http.StatusNotFound {
		t.Errorf("who did not serve sees that there is one: %s", r)
	}
	if got := numbers(o.as("other").get("/api/appeals")); len(got) != 0 {
		t.Errorf("who did not serve lists %v", got)
	}
	if got := numbers(o.as("clerk").get("/api/appeals")); len(got) != 2 {
		t.Errorf("who served at the city's window lists %v", got)
	}
	for _, number := range []string{"R-999999", "R-0", "R-", "r-53", "R-053", "R-5 3", "R-99999999999999999999", "53", city.visit.String(), "..%2f..", "%00", "🙂"} {
		if r := o.as("gao").get("/api/repairs/" + number); r.status != http.StatusNotFound && r.status != http.StatusTemporaryRedirect && r.status != http.StatusMovedPermanently {
			t.Errorf("%q: %s", number, r)
		}
		if r := o.as("gao").ask(http.MethodPost, "/api/repairs/"+number+"/assign", `{"seen":1,"unit":"police"}`); r.status == http.StatusOK {
			t.Errorf("%q is assigned: %s", number, r)
		}
	}
}

// numbers lists the numbers of the rows of an answer.
func numbers(r reply) (all []string) {
	rows, _ := r.value("rows").([]any)
	for _, row := range rows {
		all = append(all, row.(map[string]any)["number"].(string))
	}
	return all
}

// sortedBack turns a list round: what was opened last comes first.
func sortedBack(all []string) []string {
	all = slices.Clone(all)
	slices.Reverse(all)
	return all
}
