package web

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
	"hallpulse/hub/internal/board"
	"hallpulse/hub/internal/concern"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/private"
)

// The code on the sticker of a window (design §4): the same for everybody, so it proves nothing. With the 4 digits of the visit
// that is open there its citizen rates; without them he is asked for his ticket, or leaves a suggestion. The clerk sees the
// digits too. So what is said with them takes the place of nothing, opens no ticket, and nothing said before is shown.
const stickerPath = "/r/at/{hall}/{window}"

// openFor is how long after its end a visit can be rated by its digits: who scans at the window has not gone far.
const openFor = 15 * time.Minute

// stickerView is the page behind a sticker.
type stickerView struct {
	Error  string
	Hall   string
	Where  string
	Digits string
	Text   string
	Once   string // names the suggestion: sent twice it is one
	Done   string // what was taken
	Bad    bool   // a bad rating, whose reason is asked for with the ticket
}

// windowOf returns the hall and window of an address.
func (p *public) windowOf(r *http.Request) (at board.Hall, w hall.Window, ok bool) {
	for _, h := range p.Halls() {
		if h.Catalogue.Hall.ID != r.PathValue("hall") {
			continue
		}
		if w, ok = h.Catalogue.Window(r.PathValue("window")); ok {
			return h, w, true
		}
	}
	return at, w, false
}

// atWindow shows what can be said at a window.
func (p *public) atWindow(w http.ResponseWriter, r *http.Request) {
	at, window, ok := p.windowOf(r)
	if !ok {
		p.refuse(w, r, http.StatusNotFound, "window")
		return
	}
	p.showAtWindow(w, r, http.StatusOK, at, window, stickerView{})
}

func (p *public) showAtWindow(w http.ResponseWriter, r *http.Request, status int, at board.Hall, window hall.Window, d stickerView) {
	page := p.sheet(r, "sticker.title")
	d.Hall = page.Lang.in(at.Catalogue.Hall.Name, at.Catalogue.Hall.NameEN)
	d.Where = where(page, at.Catalogue, window.ID)
	if d.Once == "" {
		var once [16]byte
		rand.Read(once[:])
		d.Once = hex.EncodeToString(once[:])
	}
	page.Data = d
	p.send(w, status, "sticker", page)
}

// sayAtWindow takes a rating with the digits of the open visit, or a suggestion.
func (p *public) sayAtWindow(w http.ResponseWriter, r *http.Request) {
	at, window, ok := p.windowOf(r)
	if !ok {
		p.refuse(w, r, http.StatusNotFound, "window")
		return
	}
	if !p.parse(w, r) {
		return
	}
	from := address(r, p.Trusted)
	if p.taps.count(from, p.Now()) {
		w.Header().Set("Retry-After", "600")
		p.tell(w, r, http.StatusTooManyRequests, "often")
		return
	}
	if r.PostForm.Get("do") == "suggest" {
		p.suggest(w, r, at, window)
		return
	}
	level, good := parseLevel(r.PostForm.Get("level"))
	digits, typed := readDigits(r.PostForm.Get("digits"))
	page := p.sheet(r, "sticker.title")
	d := stickerView{Digits: cleanLine(r.PostForm.Get("digits"))}
	switch {
	case !good:
		p.tell(w, r, http.StatusBadRequest, "form")
		return
	case !typed: // no try: it can be none
		d.Error = page.T("sticker.error.digits")
		p.showAtWindow(w, r, http.StatusUnprocessableEntity, at, window, d)
		return
	case p.typed.count(from, p.Now()):
		d.Error = page.T("typed.locked.address", "time", page.Clock(p.typed.until(from).Add(time.Minute-1)))
		p.showAtWindow(w, r, http.StatusTooManyRequests, at, window, d)
		return
	}
	visit, left, err := p.codes().atWindow(r.Context(), at, window.ID, digits)
	if err == nil || !errors.Is(err, errWrongCode) {
		p.typed.giveBack(from)
	}
	if err == nil {
		err = p.Recorder.Record(r.Context(), hall.RatingGiven{Ticket: visit.Ticket, Visit: visit.Visit, Window: window.ID, Level: level, Channel: hall.ChannelSticker,
			Answer: hex.EncodeToString([]byte(p.Keys.Token("sticker", visit.Visit.String()))), ReasonMissing: level.IsBad()}, private.Text{})
	}
	locked, isLocked := errors.AsType[errCodeLocked](err)
	switch {
	case err == nil:
		p.showAtWindow(w, r, http.StatusOK, at, window, stickerView{Done: "sticker.rated", Bad: level.IsBad()})
		return
	case isLocked:
		d.Error = page.T("typed.locked", "time", page.Clock(locked.until.Add(time.Minute-1)))
		p.showAtWindow(w, r, http.StatusTooManyRequests, at, window, d)
		return
	case errors.Is(err, errWrongCode) && !p.Live.spot(hall.ID{}, at.AgentOf(window.ID, "")).up:
		d.Error = page.T("sticker.error.unheard")
	case errors.Is(err, errWrongCode):
		d.Error = page.T("sticker.error.wrong", "n", strconv.Itoa(left))
	default:
		p.fail(w, r, "look up digits", err)
		return
	}
	p.showAtWindow(w, r, http.StatusUnprocessableEntity, at, window, d)
}

var digitsPattern = regexp.MustCompile(`^[0-9]{4}$`)

// readDigits reads the digits as people type them.
func readDigits(s string) (string, bool) {
	s = strings.Join(strings.Fields(strings.ReplaceAll(norm.NFKC.String(s), "-", "")), "")
	return s, digitsPattern.MatchString(s)
}

// atWindow returns the visit whose digits these are. left is how many wrong tries the window has after this one.
func (c codes) atWindow(ctx context.Context, at board.Hall, window, digits string) (found intake.Served, left int, err error) {
	all, err := c.tickets.ServedAt(ctx, at.AgentOf(window, ""), window, c.now().Add(-openFor))
	if err != nil {
		return found, 0, err
	}
	// The try is counted before the digits are looked at, so that many at once are many; a right one is forgiven.
	t := typed{hall: at.Catalogue.Hall.ID, number: "@" + window, day: hall.DayOf(c.now())}
	tried, until, err := c.count(ctx, t)
	if err != nil {
		return found, 0, err
	}
	for _, v := range all {
		if v.CodeSHA != "" && subtle.ConstantTimeCompare([]byte(uplink.Digits(v.CodeSHA, v.Visit)), []byte(digits)) == 1 {
			return v, codeTries, c.forgive(ctx, t)
		}
	}
	if tried == codeTries {
		return found, 0, errCodeLocked{until}
	}
	return found, codeTries - tried, errWrongCode
}

var oncePattern = regexp.MustCompile(`^[0-9a-f]{32}$`)

// suggest keeps what somebody says without a ticket. It is a suggestion to the centre, and no rating.
func (p *public) suggest(w http.ResponseWriter, r *http.Request, at board.Hall, window hall.Window) {
	page := p.sheet(r, "sticker.title")
	d := stickerView{Text: cleanText(r.PostForm.Get("text")), Once: r.PostForm.Get("once")}
	switch {
	case !oncePattern.MatchString(d.Once):
		p.tell(w, r, http.StatusBadRequest, "form")
		return
	case d.Text == "":
		d.Error = page.T("rate.error.empty")
	case len([]rune(d.Text)) > maxWords:
		d.Error = page.T("rate.error.text")
	}
	if d.Error != "" {
		p.showAtWindow(w, r, http.StatusUnprocessableEntity, at, window, d)
		return
	}
	words := page.T("sticker.from", "window", window.ID) + "\n" + d.Text
	text, box, err := p.Texts.Seal(private.Text{Words: words})
	if err == nil {
		id := "s-" + d.Once
		err = p.Decider.Decide(r.Context(), intake.Keys{Concerns: []string{id}}, func(k intake.Known) ([]hall.Fact, error) {
			c, _ := k.Concern(id)
			return c.Receive(concern.New{ID: id, Kind: hall.ConcernSuggestion, Source: hall.ConcernWeb, Hall: at.Catalogue.Hall.ID, Text: text}, concern.List{}, k.Law(), hall.Citizen(), k.Now())
		}, box)
	}
	if err != nil {
		p.fail(w, r, "record suggestion", err)
		return
	}
	p.showAtWindow(w, r, http.StatusOK, at, window, stickerView{Done: "sticker.suggested"})
}
