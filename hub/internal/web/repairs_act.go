package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"
	"unicode/utf8"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/access"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/rating"
	"hallpulse/hub/internal/repair"
)

// maxPaper is how long a text of an act may be, in characters.
const maxPaper = 2000

// paper is a text that an act says: how it came, and what its deed says of it once it is sealed.
type paper struct {
	words  string
	sealed hall.Sealed
}

// UnmarshalJSON reads a string.
func (t *paper) UnmarshalJSON(b []byte) (err error) {
	t.words, err = unquoted(b)
	return err
}

// errNoText is told to who sends something else where a text is expected.
var errNoText = errors.New("want a text")

func unquoted(b []byte) (s string, err error) {
	if string(b) == "null" {
		return "", nil
	}
	if len(b) == 0 || b[0] != '"' {
		return "", errNoText
	}
	return s, json.Unmarshal(b, &s)
}

// repairBody is what one act says besides what it is about.
type repairBody interface {
	seen() int
	// texts are those that it writes, by field.
	texts() map[string]*paper
	// decide returns the deeds, by the rules of repairs.
	decide(r repair.Repair, h repair.Hand, law rating.Law) ([]hall.Fact, error)
}

// seen is the version of what somebody looked at when he decided.
func (s seenJSON) seen() int { return s.Seen }

// texts: most acts write none.
func (s seenJSON) texts() map[string]*paper { return nil }

// errLong is a text longer than maxPaper.
type errLong struct{ field string }

func (e errLong) Error() string {
	return e.field + ": at most " + strconv.Itoa(maxPaper) + " characters"
}

// errNotThere: what is acted on is no longer there, or no longer seen by who acts.
var errNotThere = errors.New("nothing of that number is seen")

// errMayNot: the table of rights does not allow it.
var errMayNot = errors.New("the table of rights does not allow it")

// sealTexts seals what an act writes. The boxes are to be recorded with its deeds.
func (o *office) sealTexts(texts map[string]*paper) (boxes []intake.Box, err error) {
	for field, t := range texts {
		if utf8.RuneCountInString(cleanText(t.words)) > maxPaper {
			return nil, errLong{field}
		}
		if t.sealed, err = o.sealed(t.words, &boxes); err != nil {
			return nil, err
		}
	}
	return boxes, nil
}

// actOnRepair does one act on one repair and answers with the repair as it is after it.
func (o *office) actOnRepair(a repairAct) func(http.ResponseWriter, *http.Request, Account) {
	return func(w http.ResponseWriter, r *http.Request, who Account) {
		found, _, ok := o.repair(w, r, who)
		if !ok {
			return
		}
		body := a.body()
		if !o.read(w, r, body) {
			return
		}
		boxes, err := o.prepare(r.Context(), who, a, found, body)
		if err == nil {
			err = o.Matters.Decider.Decide(r.Context(), repairKeys(found), func(k intake.Known) ([]hall.Fact, error) {
				now, _ := k.Repair(found.ID)
				return o.decideRepair(who, a, now, body, k.Now(), k.Law())
			}, boxes...)
		}
		if o.unacted(w, r, who, a, err) {
			return
		}
		after, ok, err := o.Matters.Repairs.Repair(r.Context(), found.ID)
		if err != nil || !ok {
			o.down(w, r, errors.Join(err, errNotThere))
			return
		}
		o.answerRepair(w, r, who, after)
	}
}

// prepare does what an act needs before it is decided: it seals its texts, and looks up the account it names.
func (o *office) prepare(ctx context.Context, who Account, a repairAct, found repair.Repair, body repairBody) ([]intake.Box, error) {
	if err := o.mayOnRepair(who, a, found); err != nil {
		return nil, err
	}
	if c, ok := body.(interface {
		check(ctx context.Context, o *office, r repair.Repair) error
	}); ok {
		if err := c.check(ctx, o, found); err != nil {
			return nil, err
		}
	}
	return o.sealTexts(body.texts())
}

// mayOnRepair asks the table of rights about an act on a repair. Who would decide about himself is told that it is this.
func (o *office) mayOnRepair(who Account, a repairAct, r repair.Repair) error {
	what := o.repairObject(r)
	if access.May(who.Account, a.action, what) {
		return nil
	}
	if !access.Scope(who.Account, a.action).Takes(what) {
		return errMayNot
	}
	what.Deciders = nil
	if access.May(who.Account, a.action, what) {
		return &repair.Refused{Code: repair.CodeOwnAct}
	}
	return &repair.Refused{Code: repair.CodeOwnUnit}
}

// decideRepair decides an act on a repair as it stands. It may have changed since it was looked at: everything is asked
// again.
func (o *office) decideRepair(who Account, a repairAct, r repair.Repair, body repairBody, now time.Time, law rating.Law) ([]hall.Fact, error) {
	if _, sees := o.see(who, r); !sees {
		return nil, errNotThere
	}
	if err := o.mayOnRepair(who, a, r); err != nil {
		return nil, err
	}
	eyes := o.eyes(who, r)
	return body.decide(r, repair.Hand{By: eyes.Person, Own: eyes.Own, Seen: body.seen(), Now: now}, law)
}

// unacted answers an act that did not come about; false where it did.
func (o *office) unacted(w http.ResponseWriter, r *http.Request, who Account, a repairAct, err error) bool {
	var long errLong
	switch {
	case err == nil:
		return false
	case errors.Is(err, errNotThere):
		o.refuse(w, r, http.StatusNotFound, "nothing")
	case errors.Is(err, errMayNot):
		o.forbid(w, r, who, a.action)
	case errors.As(err, &long):
		o.fail(w, http.StatusUnprocessableEntity, o.tooLong(r, long))
	default:
		o.answered(w, r, err)
	}
	return true
}

func (o *office) tooLong(r *http.Request, e errLong) problem {
	return problem{Code: "long", Field: e.field, Message: o.sheet(r, "").T("say.long", "n", strconv.Itoa(maxPaper))}
}

// repairKeys names what a decision about a repair looks at.
func repairKeys(all ...repair.Repair) intake.Keys {
	var k intake.Keys
	for _, r := range all {
		k.Visits = append(k.Visits, r.Visit)
	}
	return k
}
