package web

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/skip2/go-qrcode"

	"hallpulse/firmware-protocol/hall"
)

// The second factor is a code of six digits that a phone makes anew every half minute (TOTP, RFC 6238), or one of a few
// recovery codes on paper for the day the phone is lost.
const (
	stepSeconds  = 30
	stepSkew     = 1 // the phone's clock and ours may be a step apart
	secretBytes  = 20
	recoverySize = 16 // characters of base32: 80 bits
	recoveryMany = 10
)

// newSecret makes the secret of a second factor, as phones take it.
func newSecret() string {
	b := make([]byte, secretBytes)
	rand.Read(b)
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b)
}

// matchStep returns the step of which code is the code, among those after the last taken and next to now. Each
// comparison takes the same time; a code is never taken twice, nor one before it (RFC 6238 §5.2).
func matchStep(code, secret string, last int64, now time.Time) (step int64, ok bool) {
	at := now.Unix() / stepSeconds
	for s := at - stepSkew; s <= at+stepSkew; s++ {
		right, err := hotp.ValidateCustom(code, uint64(s), secret, hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err == nil && right && s > last && !ok {
			step, ok = s, true
		}
	}
	return step, ok
}

// newRecovery makes recovery codes: to show once, and what to keep of them. Each has too many bits to be guessed, so a
// plain hash keeps it.
func newRecovery() (show, keep []string) {
	for range recoveryMany {
		c := rand.Text()[:recoverySize]
		show = append(show, c[:4]+"-"+c[4:8]+"-"+c[8:12]+"-"+c[12:])
		keep = append(keep, hashRecovery(c))
	}
	return show, keep
}

func hashRecovery(code string) string {
	sum := sha256.Sum256([]byte(code))
	return hex.EncodeToString(sum[:])
}

// plain takes out of a code what people write into it.
func plain(code string) string {
	return strings.ToUpper(strings.NewReplacer(" ", "", "-", "", "\u3000", "").Replace(strings.TrimSpace(code)))
}

// spend takes a code of the account: what is left of it, and what the code was; empty where it is none. secret is that
// of the account, opened.
func (a Account) spend(code, secret string, now time.Time) (Account, proof) {
	code = plain(code)
	if len(code) == otp.DigitsSix.Length() {
		step, ok := matchStep(code, secret, a.SecondStep, now)
		if !ok {
			return a, ""
		}
		a.SecondStep = step
		return a, hall.WithTOTP
	}
	i := slices.Index(a.Codes, hashRecovery(code))
	if len(code) != recoverySize || i < 0 {
		return a, ""
	}
	a.Codes = slices.Delete(slices.Clone(a.Codes), i, i+1)
	return a, hall.WithRecovery
}

func secondOf(name string) string { return "second factor of " + name }

// checkCode counts a try of an account and takes the code, in one change, so that no code is taken twice. errLocked and
// errGone say that it was not looked at; used is empty where it was wrong.
func (o *office) checkCode(ctx context.Context, name, seal, code string) (was Account, used proof, err error) {
	now := o.Now()
	err = o.Accounts.ChangeAccount(ctx, name, func(a Account, ok bool) (Account, error) {
		was, used = a, ""
		switch {
		case !ok || a.Disabled || a.seal() != seal || len(a.Second) == 0:
			return a, errGone
		case a.Locked(now):
			return a, errLocked
		}
		secret, err := o.Secrets.OpenKey(secondOf(name), a.Second)
		if err != nil {
			return a, fmt.Errorf("second factor of %s: %w", name, err)
		}
		a, used = a.spend(code, string(secret), now)
		if used == "" {
			return a.tried(now), nil
		}
		return a, nil
	})
	return was, used, err
}

// half returns the account that waits for its second factor in ctx.
func (o *office) half(ctx context.Context) (who Account, ok bool, err error) {
	name := o.sessions.GetString(ctx, keyHalf)
	if name == "" || o.Now().Unix() > o.sessions.GetInt64(ctx, keyHalfEnds) {
		return Account{}, false, nil
	}
	who, ok, err = o.Accounts.Account(ctx, name)
	return who, ok && !who.Disabled && who.seal() == o.sessions.GetString(ctx, keyHalfSeal), err
}

// codeView is the page that asks for the second factor.
type codeView struct {
	Name  string
	Error string
}

func (o *office) askCode(w http.ResponseWriter, r *http.Request) {
	who, ok, err := o.half(r.Context())
	switch {
	case err != nil:
		o.Log.Error("office: account", "err", err)
		o.refuse(w, r, http.StatusServiceUnavailable, "down")
	case !ok:
		o.goTo(w, r, "/signin")
	default:
		o.showCode(w, r, http.StatusOK, who, "")
	}
}

func (o *office) showCode(w http.ResponseWriter, r *http.Request, status int, who Account, wrong string) {
	s := o.sheet(r, "second.title")
	v := codeView{Name: who.display()}
	if wrong != "" {
		v.Error = s.T(wrong)
	}
	s.Data = v
	o.send(w, status, "code", s)
}

// giveCode takes the second factor and opens the session.
func (o *office) giveCode(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 4<<10)
	if err := r.ParseForm(); err != nil {
		o.refuse(w, r, http.StatusBadRequest, "form")
		return
	}
	ctx, from := r.Context(), address(r, o.Trusted)
	who, ok, err := o.half(ctx)
	if err == nil && !ok {
		o.goTo(w, r, "/signin")
		return
	}
	next, with := o.sessions.GetString(ctx, keyHalfNext), proof(o.sessions.GetString(ctx, keyHalfWith))
	var was Account
	var used proof
	if err == nil {
		if o.triesFrom.count(from, o.Now()) || o.tries.count(who.Name, o.Now()) {
			err = errLocked
		} else {
			was, used, err = o.checkCode(ctx, who.Name, who.seal(), r.PostForm.Get("code"))
		}
	}
	switch {
	case errors.Is(err, errLocked):
		o.endHalf(ctx)
		o.showLocked(w, r, signInView{Name: who.Name, Next: nextPage(next)})
	case errors.Is(err, errGone):
		o.goTo(w, r, "/signin")
	case err != nil:
		o.Log.Error("office: second factor", "err", err)
		o.refuse(w, r, http.StatusServiceUnavailable, "down")
	case used == "":
		o.wrong(ctx, was, from)
		o.showCode(w, r, http.StatusUnauthorized, who, "second.wrong")
	default:
		o.triesFrom.giveBack(from)
		o.goOn(w, r, who, with, used, signInView{Name: who.Name, Next: nextPage(next)})
	}
}

// endHalf forgets who waited for his second factor.
func (o *office) endHalf(ctx context.Context) {
	if err := o.sessions.Destroy(ctx); err != nil {
		o.Log.Error("office: end session", "err", err)
	}
}

// enrolView is the page on which a second factor is set up: what the phone is to scan, or to be given by hand.
type enrolView struct {
	Must   bool // its role does not come in without
	QR     template.URL
	Secret string // in groups of four
	Error  string
}

// enrolment returns the page for a secret that waits in the session to be confirmed.
func (o *office) enrolment(s sheet, who Account, secret string) (enrolView, error) {
	q := url.Values{"secret": {secret}, "issuer": {s.Centre}} // six digits, half a minute and SHA-1 are what phones take it for
	code, err := qrPicture("otpauth://totp/" + url.PathEscape(who.Name) + "?" + strings.ReplaceAll(q.Encode(), "+", "%20"))
	if err != nil {
		return enrolView{}, err
	}
	var groups []string
	for group := range slices.Chunk([]byte(secret), 4) {
		groups = append(groups, string(group))
	}
	return enrolView{Must: o.needsSecond(who.Role), QR: code, Secret: strings.Join(groups, " ")}, nil
}

// qrPicture returns the QR code of text as the source of a picture in a page.
func qrPicture(text string) (template.URL, error) {
	code, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		return "", fmt.Errorf("draw QR code: %w", err)
	}
	png, err := code.PNG(-4) // four dots a module, whatever it comes to
	if err != nil {
		return "", fmt.Errorf("draw QR code: %w", err)
	}
	return template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(png)), nil
}
