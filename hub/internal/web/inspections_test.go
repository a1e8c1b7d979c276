package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"slices"
	"strings"
	"testing"

	"hallpulse/hub/internal/access"
	"hallpulse/hub/internal/inspection"
)

func picture(t *testing.T, kind string, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	var err error
	switch p := image.NewPaletted(image.Rect(0, 0, w, h), color.Palette{color.Black, color.White}); kind {
	case "jpeg":
		err = jpeg.Encode(&b, p, nil)
	case "png":
		err = png.Encode(&b, p)
	case "gif":
		err = gif.Encode(&b, p, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// sendWith sends an act with photos, as a phone does.
func (d *desks) sendWith(path string, data any, photos ...photo) *http.Response {
	d.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	said, err := json.Marshal(data)
	if err != nil {
		d.t.Fatal(err)
	}
	if err := m.WriteField("data", string(said)); err != nil {
		d.t.Fatal(err)
	}
	for _, p := range photos {
		part, err := m.CreatePart(textproto.MIMEHeader{"Content-Disposition": {fmt.Sprintf(`form-data; name=%q; filename="x.jpg"`, p.name)}, "Content-Type": {"text/html"}})
		if err != nil {
			d.t.Fatal(err)
		}
		if _, err := part.Write(p.bytes); err != nil {
			d.t.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		d.t.Fatal(err)
	}
	return d.do(http.MethodPost, path, nil, func(r *http.Request) {
		r.Header.Set("Content-Type", m.FormDataContentType())
		r.Body, r.ContentLength = readCloser{strings.NewReader(b.String())}, int64(b.Len())
	})
}

// visited is what an inspector saw, in the city's hall: the windows were shut, and there is a finding.
func visited(change body) body {
	b := body{"draft": draftID(1), "form": "site", "hall": "city", "on": "2026-11-18",
		"answers": body{"hours": body{"pick": "no"}, "manned": body{"pick": "yes"}, "wait": body{"number": 45}, "told": body{"pick": "yes"}, "manner": body{"pick": "plain"},
			"invited": body{"pick": "yes"}, "led": body{"pick": "yes"}, "words": body{"text": "门口的牌子\u202e看不清"}, "photos": body{"photos": []string{"photo-1-aaaa"}}},
		"findings": []body{{"question": "hours", "text": "两个窗口 9:30 才开。", "photos": []string{"photo-2-bbbb"}, "unit": "police", "due": "2026-11-25"}, {"text": "指示牌看不清。"}}}
	for k, v := range change {
		b[k] = v
	}
	return b
}

func twoPhotos(t *testing.T) []photo {
	return []photo{{"photo-1-aaaa", picture(t, "jpeg", 60, 40)}, {"photo-2-bbbb", picture(t, "png", 30, 20)}}
}

type inspectionSeen struct {
	inspectionJSON
	Planned bool
	Error   struct{ Code, Field, Message string }
	Faults  []problem
}

func readInspection(t *testing.T, r *http.Response) inspectionSeen {
	t.Helper()
	var seen inspectionSeen
	if err := json.Unmarshal([]byte(text(r)), &seen); err != nil {
		t.Fatalf("%d: %v\n%s", r.StatusCode, err, text(r))
	}
	if key := untold(text(r)); key != "" {
		t.Errorf("%q has no words", key)
	}
	return seen
}

// plan plans one visit of the city's hall by an inspector, and returns its number.
func (f *front) plan(who string, change body) string {
	f.t.Helper()
	f.as(access.Inspector)
	b := body{"id": draftID(900), "quarter": "2026-Q4", "form": "site", "halls": []string{"city"}, "each": 1, "until": "2026-12-20", "who": []string{who}}
	for k, v := range change {
		b[k] = v
	}
	r := f.as(access.Centre).post("/api/inspections/plan", b)
	if r.StatusCode != http.StatusOK {
		f.t.Fatalf("plan: %d %s", r.StatusCode, text(r))
	}
	list := wants[struct{ Rows []inspectionSeen }](f.t, f.as(access.Centre), "/api/inspections?view=planned")
	if len(list.Rows) == 0 {
		return ""
	}
	return list.Rows[0].Number
}

// Domain §5: an inspection is planned, made, sent in from a phone; its findings get an owner and a date, are answered and
// accepted.
func TestAnInspectionGoesItsWay(t *testing.T) {
	f := newFront(t)
	inspector, centre, handler := f.as(access.Inspector), f.as(access.Centre), f.of(access.Handler, "police")
	number := f.plan("one-inspector", nil)
	duty := wants[dutyJSON](t, inspector, "/api/inspections/duty")
	if len(duty.Planned) != 1 || duty.Planned[0].Number != number || duty.Planned[0].FormIs != "实地暗访" || len(duty.Forms) != 2 || len(duty.Halls) != 3 || duty.Account != "one-inspector" {
		t.Fatalf("%+v", duty)
	}
	r := inspector.sendWith("/api/inspections/"+number+"/submit", visited(nil), twoPhotos(t)...)
	seen := readInspection(t, r)
	if r.StatusCode != http.StatusOK || seen.State != inspection.Done || seen.Asked != 7 || seen.Wrong != 2 || len(seen.Found) != 2 || seen.Unowned != 1 {
		t.Fatalf("%d %s", r.StatusCode, text(r))
	}
	var filled inspection.Filled
	if err := json.Unmarshal(seen.Answers, &filled); err != nil || filled.Name != "实地暗访" || len(filled.Given) != 9 || filled.Given[7].Answer.Text != "门口的牌子看不清" {
		t.Errorf("%v %s", err, seen.Answers)
	}
	if len(filled.Given[8].Answer.Photos) != 1 || !bytes.Equal(f.kept.bytes[filled.Given[8].Answer.Photos[0]], twoPhotos(t)[0].bytes) {
		t.Errorf("the photo of the form: %v", filled.Given[8].Answer.Photos)
	}
	if x := seen.Found[0]; x.Text.Words != "两个窗口 9:30 才开。" || x.Question != "各窗口按公示时间开窗" || len(x.Photos) != 1 || x.UnitIs != "市公安局" || x.Due.String() != "2026-11-25" {
		t.Errorf("%+v", x)
	}
	again := inspector.sendWith("/api/inspections/"+number+"/submit", visited(nil), twoPhotos(t)...)
	if now := readInspection(t, again); again.StatusCode != http.StatusOK || now.Version != seen.Version {
		t.Errorf("sent twice: %d, version %d after %d", again.StatusCode, now.Version, seen.Version)
	}
	if n, err := f.photosStored(); err != nil || n != 2 {
		t.Errorf("%d photos are stored, %v", n, err)
	}

	// What becomes of its findings.
	finding := func(d *desks, n int, act string, b body, photos ...photo) (int, findingJSON, string) {
		t.Helper()
		path := fmt.Sprintf("/api/findings/%s.%d/%s", number, n, act)
		var r *http.Response
		if len(photos) > 0 {
			r = d.sendWith(path, b, photos...)
		} else {
			r = d.post(path, b)
		}
		var x findingJSON
		if err := json.Unmarshal([]byte(text(r)), &x); err != nil {
			t.Fatalf("%s: %d %s", path, r.StatusCode, text(r))
		}
		return r.StatusCode, x, text(r)
	}
	if status, x, said := finding(centre, 2, "own", body{"seen": 1, "unit": "land", "due": "2026-11-30"}); status != http.StatusOK || x.State != inspection.Owned || x.UnitIs != "不动产登记中心" {
		t.Fatalf("%d %s", status, said)
	}
	todo := wants[struct{ Rows []findingJSON }](t, handler, "/api/findings")
	if len(todo.Rows) != 1 || todo.Rows[0].ID != number+".1" || todo.Rows[0].Late {
		t.Fatalf("%+v", todo.Rows)
	}
	one := wants[findingJSON](t, handler, "/api/findings/"+number+".1")
	if !slices.Equal(one.May, []string{"reply"}) || one.Steps[0].By != "巡查员" {
		t.Errorf("%+v", one)
	}
	if said := text(handler.get("/api/findings/" + number + ".1")); strings.Contains(said, "某inspector") || strings.Contains(said, "one-inspector") {
		t.Errorf("the unit learns who visited: %s", said)
	}
	for n, act := range []struct {
		by    *desks
		act   string
		body  body
		with  []photo
		state inspection.FindingState
	}{
		{handler, "reply", body{"seen": one.Version, "text": "已调整排班。"}, []photo{{"photo-3-cccc", picture(t, "jpeg", 20, 20)}}, inspection.Answered},
		{centre, "send-back", body{"seen": one.Version + 1, "text": "没有说从哪天起。", "due": "2026-11-27"}, nil, inspection.Owned},
		{handler, "reply", body{"seen": one.Version + 2, "text": "11 月 19 日起。"}, nil, inspection.Answered},
		{centre, "accept", body{"seen": one.Version + 3}, nil, inspection.Accepted},
	} {
		if status, x, said := finding(act.by, 1, act.act, act.body, act.with...); status != http.StatusOK || x.State != act.state {
			t.Fatalf("%d. %s: %d %s", n, act.act, status, said)
		}
	}
	if status, _, said := finding(centre, 1, "accept", body{"seen": one.Version + 3}); status != http.StatusConflict || !strings.Contains(said, `"code":"taken"`) {
		t.Errorf("accepted twice: %d %s", status, said)
	}
	if todo := wants[struct{ Rows []findingJSON }](t, handler, "/api/findings"); len(todo.Rows) != 0 {
		t.Errorf("accepted, and still to do: %+v", todo.Rows)
	}
	if all := wants[struct{ Rows []findingJSON }](t, handler, "/api/findings?view=all&quarter=2026-Q4"); len(all.Rows) != 1 {
		t.Errorf("all of the quarter: %+v", all.Rows)
	}
	type progress struct {
		Plan  []struct{ Planned, Done, Missed, NotDone, Findings int }
		Units []struct {
			Key                       string
			Findings, Owned, Accepted int
		}
	}
	p := wants[progress](t, centre, "/api/inspections/progress?quarter=2026-Q4")
	if fmt.Sprintf("%+v", p) != "{Plan:[{Planned:1 Done:1 Missed:0 NotDone:0 Findings:2}] Units:[{Key:land Findings:1 Owned:1 Accepted:0} {Key:police Findings:1 Owned:0 Accepted:1}]}" {
		t.Errorf("%+v", p)
	}
}

// A visit that its hall knows of beforehand is none: who is not to know is answered as if there were none.
func TestPlansAreNotToldToWhoIsVisited(t *testing.T) {
	f := newFront(t)
	number := f.plan("one-inspector", nil)
	for name, c := range map[string]struct {
		d         *desks
		see, list int
	}{
		"centre": {f.as(access.Centre), 200, 1}, "supervisor": {f.as(access.Supervisor), 200, 1}, "auditor": {f.as(access.Auditor), 200, 1}, "inspector": {f.as(access.Inspector), 200, 1},
		"observer": {f.as(access.Observer), 404, 0}, "centre of a town": {f.as(access.Centre, "town"), 404, 0},
		"manager": {f.as(access.Manager, "city"), 403, -1}, "handler": {f.of(access.Handler, "police"), 403, -1}, "guide": {f.as(access.Guide), 403, -1}, "reader": {f.as(access.Reader), 403, -1},
		"operator": {f.as(access.Operator), 403, -1}, "staff": {f.as(access.Staff), 403, -1},
	} {
		if r := c.d.get("/api/inspections/" + number); r.StatusCode != c.see {
			t.Errorf("%s sees it: %d, want %d", name, r.StatusCode, c.see)
		}
		r := c.d.get("/api/inspections")
		var list struct{ Rows []inspectionSeen }
		if err := json.Unmarshal([]byte(text(r)), &list); err != nil || c.list >= 0 && len(list.Rows) != c.list || c.list < 0 && r.StatusCode != http.StatusForbidden {
			t.Errorf("%s lists: %d %s", name, r.StatusCode, text(r))
		}
		for _, act := range []string{"assign", "cancel", "submit"} {
			if name == "centre" || name == "supervisor" || act == "submit" && name == "inspector" {
				continue
			}
			if r := c.d.post("/api/inspections/"+number+"/"+act, body{"seen": 1}); r.StatusCode != http.StatusForbidden && r.StatusCode != http.StatusNotFound {
				t.Errorf("%s, %s: %d", name, act, r.StatusCode)
			}
		}
	}
	for _, d := range []*desks{f.as(access.Manager, "city"), f.of(access.Handler, "police")} {
		if list := wants[struct{ Rows []findingJSON }](t, d, "/api/findings"); len(list.Rows) != 0 {
			t.Errorf("findings tell of a plan: %+v", list.Rows)
		}
	}
}

func TestWhatIsPlanned(t *testing.T) {
	f := newFront(t)
	centre := f.as(access.Centre)
	f.as(access.Inspector)
	f.as(access.Inspector, "town")
	f.as(access.Manager, "city")
	if number := f.plan("one-inspector", body{"halls": []string{"city", "town"}, "each": 2}); number == "" {
		t.Fatal("nothing is planned")
	}
	f.plan("one-inspector", body{"halls": []string{"city", "town"}, "each": 2}) // sent twice
	list := wants[struct{ Rows []inspectionSeen }](t, centre, "/api/inspections?quarter=2026-Q4")
	if len(list.Rows) != 4 {
		t.Fatalf("%d are planned", len(list.Rows))
	}
	people := wants[struct {
		Rows []struct {
			ID    string
			Halls []string
		}
	}](t, centre, "/api/inspections/inspectors")
	if fmt.Sprint(people.Rows) != "[{one-inspector [city town far]} {one-inspector-town [town]}]" {
		t.Errorf("%v", people.Rows)
	}
	for name, c := range map[string]struct {
		change body
		field  string
	}{
		"no hall":                         {body{"halls": []string{"moon"}}, "halls"},
		"no hall at all":                  {body{"halls": []string{}}, "hall"},
		"who may not look at that hall":   {body{"who": []string{"one-inspector-town"}}, "who"},
		"who is no inspector":             {body{"who": []string{"one-manager-city"}}, "who"},
		"nobody":                          {body{"who": []string{"nobody"}}, "who"},
		"no form":                         {body{"form": "tea"}, "form"},
		"no quarter":                      {body{"quarter": "2026-Q5"}, "quarter"},
		"a day of another quarter":        {body{"until": "2027-01-04"}, "until"},
		"a day that is past":              {body{"until": "2026-11-01"}, "until"},
		"none of them":                    {body{"each": 0}, "count"},
		"more than a line can hold":       {body{"each": 501}, "count"},
		"an id that no page makes":        {body{"id": "x"}, "id"},
		"a town's centre plans elsewhere": {nil, "halls"},
	} {
		b := body{"id": draftID(901), "quarter": "2026-Q4", "form": "site", "halls": []string{"city"}, "each": 1, "until": "2026-12-20", "who": []string{"one-inspector"}}
		for k, v := range c.change {
			b[k] = v
		}
		d := centre
		if c.change == nil {
			d = f.as(access.Centre, "town")
		}
		r := d.post("/api/inspections/plan", b)
		if seen := readInspection(t, r); r.StatusCode != http.StatusUnprocessableEntity || seen.Error.Field != c.field || seen.Error.Message == "" {
			t.Errorf("%s: %d %+v", name, r.StatusCode, seen.Error)
		}
	}
	at := "/api/inspections/" + list.Rows[0].Number
	r := centre.post(at+"/assign", body{"seen": 1, "who": "one-inspector-town", "until": "2026-12-01"})
	if town := list.Rows[0].Hall == "town"; town != (r.StatusCode == http.StatusOK) {
		t.Errorf("given to somebody who may look at the town alone: %d %s", r.StatusCode, text(r))
	}
	if r := centre.post(at+"/cancel", body{"seen": 7, "why": "closed"}); r.StatusCode != http.StatusConflict {
		t.Errorf("an old version: %d", r.StatusCode)
	}
	now := wants[inspectionSeen](t, centre, at)
	if r := centre.post(at+"/cancel", body{"seen": now.Version, "why": "closed"}); r.StatusCode != http.StatusOK || readInspection(t, r).State != inspection.Cancelled {
		t.Errorf("%d %s", r.StatusCode, text(r))
	}
}

// All that is wrong with a form comes back at once, question by question.
func TestAFormIsCheckedWhole(t *testing.T) {
	f := newFront(t)
	observer := f.as(access.Observer)
	r := observer.post("/api/inspections", body{"draft": draftID(1), "form": "observer", "hall": "city", "on": "2026-11-18",
		"answers": body{"place": body{"text": strings.Repeat("长", 61)}, "what": body{"pick": "weather"}, "extra": body{"text": "x"}}})
	seen := readInspection(t, r)
	var got []string
	for _, p := range seen.Faults {
		got = append(got, p.Field+" "+p.Code)
		if p.Message == "" || strings.HasPrefix(p.Message, "say.") {
			t.Errorf("%+v", p)
		}
	}
	if r.StatusCode != http.StatusUnprocessableEntity || fmt.Sprint(got) != "[place long what choice words missing extra unknown]" {
		t.Errorf("%d %v", r.StatusCode, got)
	}
	good := body{"draft": draftID(1), "form": "observer", "hall": "city", "on": "2026-11-18",
		"answers": body{"place": body{"text": "一楼"}, "what": body{"pick": "order"}, "words": body{"text": "两个窗口没有人。"}}}
	if r := observer.post("/api/inspections", good); r.StatusCode != http.StatusOK || readInspection(t, r).Planned {
		t.Errorf("nobody had planned it: %d %s", r.StatusCode, text(r))
	}
	for name, c := range map[string]struct {
		change body
		want   int
	}{
		"another under the same id":  {body{"draft": draftID(1)}, http.StatusConflict},
		"still to come":              {body{"draft": draftID(2), "on": "2026-11-19"}, http.StatusUnprocessableEntity},
		"long ago":                   {body{"draft": draftID(2), "on": "2026-08-01"}, http.StatusUnprocessableEntity},
		"no hall":                    {body{"draft": draftID(2), "hall": "moon"}, http.StatusUnprocessableEntity},
		"an id that no browser made": {body{"draft": "I-1"}, http.StatusUnprocessableEntity},
		"no form":                    {body{"draft": draftID(2), "form": "tea"}, http.StatusUnprocessableEntity},
	} {
		b := body{}
		for k, v := range good {
			b[k] = v
		}
		for k, v := range c.change {
			b[k] = v
		}
		if r := f.as(access.Inspector).post("/api/inspections", b); r.StatusCode != c.want {
			t.Errorf("%s: %d, want %d: %s", name, r.StatusCode, c.want, text(r))
		}
	}
	if r := f.as(access.Observer, "town").post("/api/inspections", body{"draft": draftID(3), "form": "observer", "hall": "city", "on": "2026-11-18", "answers": good["answers"]}); r.StatusCode != http.StatusForbidden {
		t.Errorf("an observer of a town in the city's hall: %d", r.StatusCode)
	}
}

// What is sent as a photo is one, by its bytes, and not too many, too large or too wide.
func TestPhotosThatAreNone(t *testing.T) {
	f := newFront(t)
	inspector := f.as(access.Inspector)
	good := picture(t, "jpeg", 60, 40)
	wide := bytes.Clone(picture(t, "png", 30, 20))
	copy(wide[16:], []byte{0, 1, 0x86, 0xa0, 0, 1, 0x86, 0xa0}) // says 100000 × 100000
	large := append(bytes.Clone(good), make([]byte, maxPhoto)...)
	many := []photo{}
	for n := range maxPhotos + 1 {
		many = append(many, photo{fmt.Sprintf("photo-%d-zzzz", n), good})
	}
	for name, c := range map[string]struct {
		photos []photo
		want   int
		code   string
	}{
		"a page":                       {[]photo{{"photo-1-aaaa", []byte("<html><script>alert(1)</script>")}}, 422, "photo.none"},
		"a GIF":                        {[]photo{{"photo-1-aaaa", picture(t, "gif", 10, 10)}}, 422, "photo.none"},
		"an SVG":                       {[]photo{{"photo-1-aaaa", []byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`)}}, 422, "photo.none"},
		"nothing":                      {[]photo{{"photo-1-aaaa", nil}}, 422, "photo.none"},
		"the beginning of one":         {[]photo{{"photo-1-aaaa", good[:20]}}, 422, "photo.none"},
		"one that unpacks to too much": {[]photo{{"photo-1-aaaa", wide}}, 422, "photo.none"},
		"larger than it may be":        {[]photo{{"photo-1-aaaa", large}}, 422, "photo.large"},
		"one too many":                 {many, 422, "photo.many"},
		"under a name that is a path":  {[]photo{{"../photo", good}}, 400, "form"},
		"twice under one name":         {[]photo{{"photo-1-aaaa", good}, {"photo-1-aaaa", good}}, 400, "form"},
		"not that of the form":         {[]photo{{"photo-9-aaaa", good}}, 422, "photos"},
	} {
		r := inspector.sendWith("/api/inspections", visited(body{"findings": []body{}}), c.photos...)
		if seen := readInspection(t, r); r.StatusCode != c.want || seen.Error.Code != c.code {
			t.Errorf("%s: %d %s, want %d %s", name, r.StatusCode, seen.Error.Code, c.want, c.code)
		}
	}
	if n, err := f.photosStored(); err != nil || n != 0 {
		t.Errorf("%d are stored, %v", n, err)
	}
	if r := inspector.do(http.MethodPost, "/api/inspections", nil, func(r *http.Request) {
		r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
		r.Body = readCloser{strings.NewReader("--x\r\nContent-Disposition: form-data; name=\"photo-1-aaaa\"\r\n\r\nx\r\n--x--\r\n")}
	}); r.StatusCode != http.StatusBadRequest {
		t.Errorf("without its data: %d", r.StatusCode)
	}
}

// A photo is seen by who reads the inspection, and by the unit whose finding it shows; as a picture and nothing else.
func TestWhoSeesAPhoto(t *testing.T) {
	f := newFront(t)
	inspector := f.as(access.Inspector)
	seen := readInspection(t, inspector.sendWith("/api/inspections", visited(nil), twoPhotos(t)...))
	var filled inspection.Filled
	if err := json.Unmarshal(seen.Answers, &filled); err != nil {
		t.Fatal(err)
	}
	ofForm, ofFinding := filled.Given[8].Answer.Photos[0], seen.Found[0].Photos[0]
	whole, own := "/api/inspections/"+seen.Number+"/photos/", "/api/findings/"+seen.Number+".1/photos/"
	for _, c := range []struct {
		name, path string
		d          *desks
		want       int
	}{
		{"the inspector", whole + ofForm, inspector, 200}, {"the centre", whole + ofFinding, f.as(access.Centre), 200}, {"the supervisor", whole + ofForm, f.as(access.Supervisor), 200},
		{"the auditor", whole + ofForm, f.as(access.Auditor), 403}, {"another observer", whole + ofForm, f.as(access.Observer), 404},
		{"the unit", own + ofFinding, f.of(access.Handler, "police"), 200}, {"the unit, of the form", own + ofForm, f.of(access.Handler, "police"), 404},
		{"the unit, by the inspection", whole + ofFinding, f.of(access.Handler, "police"), 403}, {"another unit", own + ofFinding, f.of(access.Handler, "land"), 404},
		{"the hall's manager", own + ofFinding, f.as(access.Manager, "city"), 200}, {"the manager of another hall", own + ofFinding, f.as(access.Manager, "town"), 404},
		{"the centre, of a finding that has no owner", "/api/findings/" + seen.Number + ".2/photos/" + ofFinding, f.as(access.Centre), 404},
		{"a ref of another matter", whole + "text-00000000", f.as(access.Centre), 404}, {"an operator", whole + ofForm, f.as(access.Operator), 403},
	} {
		r := c.d.get(c.path)
		if r.StatusCode != c.want {
			t.Errorf("%s: %d, want %d", c.name, r.StatusCode, c.want)
		}
		if c.want != 200 {
			continue
		}
		kind := map[string]string{ofForm: "image/jpeg", ofFinding: "image/png"}[c.path[strings.LastIndex(c.path, "/")+1:]]
		h := r.Header
		if h.Get("Content-Type") != kind || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Cache-Control") != "no-store" || !strings.Contains(h.Get("Content-Security-Policy"), "sandbox") {
			t.Errorf("%s: %v", c.name, h)
		}
	}
	f.kept.mu.Lock()
	delete(f.kept.bytes, ofForm)
	f.kept.mu.Unlock()
	if r := f.as(access.Centre).get(whole + ofForm); r.StatusCode != http.StatusNotFound {
		t.Errorf("erased: %d", r.StatusCode)
	}
}

// photosStored counts the photos that deeds name and the store holds.
func (f *front) photosStored() (n int, err error) {
	f.kept.mu.Lock()
	defer f.kept.mu.Unlock()
	for ref := range f.kept.bytes {
		if !strings.HasPrefix(string(f.kept.bytes[ref]), "{") {
			if _, err := f.store.Box(f.t.Context(), ref); err == nil {
				n++
			}
		}
	}
	return n, nil
}
