package web

import (
	"context"
	"crypto/subtle"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
	"hallpulse/hub/internal/board"
	"hallpulse/hub/internal/casework"
	"hallpulse/hub/internal/intake"
)

// Typed codes: who cannot scan types what is printed on his ticket (design §4).

// Tickets finds tickets by what is printed on them.
type Tickets interface {
	// Numbered returns the tickets of a number on a business day, one for each hall that gave it out.
	Numbered(ctx context.Context, number string, day hall.Day) ([]intake.Ticket, error)
	// ServedAt returns the visits whose service has begun at a window of an agent and that are open, or ended after since: the
	// latest first, at most 20.
	ServedAt(ctx context.Context, agent, window string, since time.Time) ([]intake.Served, error)
	// ChangeTries replaces how many wrong codes were typed for a number, and since when. An error of change comes back as it
	// is, and nothing is changed. When it returns nil a restart does not forget it.
	ChangeTries(ctx context.Context, hallID, number string, day hall.Day, stale time.Time, change func(failed int, since time.Time) (int, time.Time, error)) error
}

// How many wrong codes lock a ticket or an address, and for how long from the first of them.
const (
	codeTries = 5
	codeSpan  = 15 * time.Minute
)

// typed is what somebody typed from his ticket.
type typed struct {
	hall   string // id
	number string
	day    hall.Day
	code   string
	slip   bool // from the slip of a case, not from a ticket
}

// Why what was typed opens no ticket.
var (
	errWrongCode = errors.New("number, day and code do not belong together")
	errNoTicket  = errors.New("nobody has told of such a ticket yet")
)

// errCodeLocked is told to who tried too often.
type errCodeLocked struct{ until time.Time }

func (e errCodeLocked) Error() string { return "locked until " + e.until.Format(time.RFC3339) }

// codes opens tickets by what is typed from them, and locks those that are tried too often.
type codes struct {
	tickets Tickets
	cases   Cases // where slips are typed, too
	signers Signers
	halls   []board.Hall
	now     func() time.Time
}

// open returns the ticket of what was typed. left is how many wrong tries it has after this one.
func (c codes) open(ctx context.Context, t typed) (found intake.Ticket, left int, err error) {
	ticket, err := c.find(ctx, t)
	if err == nil {
		left, err = c.try(ctx, t, ticket.CodeSHA)
	}
	if err != nil {
		return found, left, err
	}
	return ticket, left, nil
}

// openSlip is open for the slip of a case.
func (c codes) openSlip(ctx context.Context, t typed) (found casework.Case, left int, err error) {
	k, ok, err := c.cases.CaseNumbered(ctx, t.number)
	if err == nil && (!ok || k.Day != t.day) {
		err = errNoTicket
	}
	if err == nil {
		err = c.at(ctx, k.ID.Agent, k.Day, t.hall)
	}
	if err == nil {
		left, err = c.try(ctx, t, k.CodeSHA)
	}
	if err != nil {
		return found, left, err
	}
	return k, left, nil
}

// try counts a try and looks at the code. left is how many wrong ones are left after it.
func (c codes) try(ctx context.Context, t typed, want string) (left int, err error) {
	// The try is counted before the code is looked at, so that many at once are many; a right one is forgiven.
	tried, until, err := c.count(ctx, t)
	if err != nil {
		return 0, err
	}
	sha := uplink.CodeSHA(t.hall, t.number, t.day, t.code)
	right := want != "" && subtle.ConstantTimeCompare([]byte(sha), []byte(want)) == 1
	switch {
	case right:
		return codeTries, c.forgive(ctx, t)
	case tried == codeTries:
		return 0, errCodeLocked{until}
	}
	return codeTries - tried, errWrongCode
}

// find returns the ticket of a number and a day that the agent of a hall gave out, whatever the code.
func (c codes) find(ctx context.Context, t typed) (intake.Ticket, error) {
	all, err := c.tickets.Numbered(ctx, t.number, t.day)
	if err != nil {
		return intake.Ticket{}, err
	}
	for _, ticket := range all {
		if err := c.at(ctx, ticket.ID.Agent, ticket.Day, t.hall); !errors.Is(err, errNoTicket) {
			return ticket, err
		}
	}
	return intake.Ticket{}, errNoTicket
}

// at returns errNoTicket unless an agent printed for a hall on a day.
func (c codes) at(ctx context.Context, agent uint32, day hall.Day, hallID string) error {
	s, err := c.signers.Signer(ctx, agent, day)
	if err != nil {
		return err
	}
	for _, h := range c.halls {
		if len(s.Keys) > 0 && h.HasAgent(s.Agent) && h.Catalogue.Hall.ID == hallID {
			return nil
		}
	}
	return errNoTicket
}

// count takes one try of a ticket.
func (c codes) count(ctx context.Context, t typed) (tried int, until time.Time, err error) {
	now := c.now()
	err = c.tickets.ChangeTries(ctx, t.hall, t.number, t.day, now.Add(-codeSpan), func(failed int, since time.Time) (int, time.Time, error) {
		if failed == 0 || now.Sub(since) >= codeSpan {
			failed, since = 0, now
		}
		if failed >= codeTries {
			return 0, since, errCodeLocked{since.Add(codeSpan)}
		}
		tried, until = failed+1, since.Add(codeSpan)
		return tried, since, nil
	})
	return tried, until, err
}

// forgive gives a ticket back the try that was right. What others tried stays counted.
func (c codes) forgive(ctx context.Context, t typed) error {
	return c.tickets.ChangeTries(ctx, t.hall, t.number, t.day, c.now().Add(-codeSpan), func(failed int, since time.Time) (int, time.Time, error) {
		return max(failed-1, 0), since, nil
	})
}

// numberPattern is a ticket's number as it is printed: A001.
var numberPattern = regexp.MustCompile(`^([A-Z]{1,2})([0-9]{1,4})$`)

// printedNumber writes a number as people type it as it is printed: in capitals, without gaps, every dash a -.
func printedNumber(s string) string {
	return strings.ToUpper(norm.NFKC.String(strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune(" 　\t", r):
			return -1
		case strings.ContainsRune("–—－", r):
			return '-'
		}
		return r
	}, s)))
}

// readNumber reads a number as people type it: a63, A 063, Ａ０６３.
func readNumber(s string) (string, bool) {
	s = strings.ReplaceAll(printedNumber(s), "-", "")
	m := numberPattern.FindStringSubmatch(s)
	if m == nil {
		return "", false
	}
	n, err := strconv.Atoi(m[2])
	if err != nil || n == 0 {
		return "", false
	}
	digits := strconv.Itoa(n)
	return m[1] + strings.Repeat("0", max(0, 3-len(digits))) + digits, true
}

// dayPattern is a date as people type it: 2026-11-18, 2026年11月18日, 11-18.
var dayPattern = regexp.MustCompile(`^(?:([0-9]{4})\D{1,2})?([0-9]{1,2})\D{1,2}([0-9]{1,2})\D?$`)

// readDay reads the day of a ticket. Without a year it is the last such day.
func readDay(s string, today hall.Day) (hall.Day, bool) {
	m := dayPattern.FindStringSubmatch(strings.TrimSpace(norm.NFKC.String(s)))
	if m == nil {
		return 0, false
	}
	year := today.Start().Year()
	if m[1] != "" {
		year, _ = strconv.Atoi(m[1])
	}
	for _, y := range []int{year, year - 1} {
		month, _ := strconv.Atoi(m[2])
		dom, _ := strconv.Atoi(m[3])
		at := time.Date(y, time.Month(month), dom, 12, 0, 0, 0, hall.Beijing())
		if day := hall.DayOf(at); at.Day() == dom && int(at.Month()) == month && day <= today {
			return day, true
		}
		if m[1] != "" {
			break
		}
	}
	return 0, false
}

// readTyped reads what was typed, or says which field is wrong.
func (c codes) readTyped(hallID, number, day, code string) (t typed, wrong string) {
	t.hall = hallID
	if !slices.ContainsFunc(c.halls, func(h board.Hall) bool { return h.Catalogue.Hall.ID == hallID }) {
		return t, "hall"
	}
	var ok bool
	if t.number, ok = readNumber(number); !ok && c.cases != nil {
		t.number, ok = readCaseNumber(number)
		t.slip = ok
	}
	if !ok {
		return t, "number"
	}
	if t.day, ok = readDay(day, hall.DayOf(c.now())); !ok {
		return t, "day"
	}
	if t.code, ok = uplink.ReadCode(code); !ok {
		return t, "code"
	}
	return t, ""
}

// typedView is the form for what is printed on a ticket.
type typedView struct {
	Error                   string
	Halls                   []hallChoice
	Hall, Number, Day, Code string
	Oldest, Today           string
	Wrong                   string // field
}

type hallChoice struct{ ID, Name string }

func (p *public) codes() codes { return codes{p.Tickets, p.Cases, p.Signers, p.Halls(), p.Now} }

// askCode shows the form.
func (p *public) askCode(w http.ResponseWriter, r *http.Request) {
	p.showCode(w, r, http.StatusOK, typedView{Day: hall.DayOf(p.Now()).String()})
}

func (p *public) showCode(w http.ResponseWriter, r *http.Request, status int, d typedView) {
	page := p.sheet(r, "typed.title")
	for _, h := range p.Halls() {
		d.Halls = append(d.Halls, hallChoice{h.Catalogue.Hall.ID, page.Lang.in(h.Catalogue.Hall.Name, h.Catalogue.Hall.NameEN)})
	}
	today := hall.DayOf(p.Now())
	d.Today, d.Oldest = today.String(), (today - slipFor).String()
	page.Data = d
	p.send(w, status, "typed", page)
}

// tryCode opens the ticket of what was typed: from then on a grant stands for it.
func (p *public) tryCode(w http.ResponseWriter, r *http.Request) {
	if !p.parse(w, r) {
		return
	}
	get := func(name string) string { return cleanLine(r.PostForm.Get(name)) }
	d := typedView{Hall: get("hall"), Number: get("number"), Day: get("day"), Code: get("code")}
	page := p.sheet(r, "typed.title")
	c, from := p.codes(), address(r, p.Trusted)
	if p.typed.count(from, p.Now()) {
		p.locked(w, r, page, d, "typed.locked.address", p.typed.until(from))
		return
	}
	t, wrong := c.readTyped(d.Hall, d.Number, d.Day, d.Code)
	if wrong != "" { // no try: it can be none
		p.typed.giveBack(from)
		d.Error, d.Wrong = page.T("typed.error."+wrong), wrong
		p.showCode(w, r, http.StatusUnprocessableEntity, d)
		return
	}
	to, left, err := p.opened(r.Context(), c, t)
	if locked, is := errors.AsType[errCodeLocked](err); is {
		p.locked(w, r, page, d, "typed.locked", locked.until)
		return
	}
	switch {
	case err == nil:
		p.typed.giveBack(from)
		http.Redirect(w, r, "/r/"+to+page.Link(), http.StatusSeeOther)
		return
	case errors.Is(err, errWrongCode):
		d.Error = page.T("typed.error.wrong", "n", strconv.Itoa(left))
	case errors.Is(err, errNoTicket):
		d.Error = page.T("typed.error.unknown")
	default:
		p.typed.giveBack(from)
		p.fail(w, r, "look up code", err)
		return
	}
	p.showCode(w, r, http.StatusUnprocessableEntity, d)
}

// opened returns the grant of what was typed.
func (p *public) opened(ctx context.Context, c codes, t typed) (grant string, left int, err error) {
	if t.slip {
		found, left, err := c.openSlip(ctx, t)
		return p.grant(slipGrantMark, found.ID, found.Day), left, err
	}
	found, left, err := c.open(ctx, t)
	return p.grant(grantMark, found.ID, found.Day), left, err
}

func (p *public) locked(w http.ResponseWriter, r *http.Request, page sheet, d typedView, key string, until time.Time) {
	w.Header().Set("Retry-After", strconv.Itoa(int(until.Sub(p.Now()).Seconds())+1))
	d.Error = page.T(key, "time", page.Clock(until.Add(time.Minute-1))) // the minute in which it is over
	p.showCode(w, r, http.StatusTooManyRequests, d)
}
