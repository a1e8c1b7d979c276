package web

import (
	"context"
	"errors"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// How many wrong passwords and codes together lock an account, and for how long from the first of them.
const (
	lockTries = 5
	lockSpan  = 15 * time.Minute
)

// errLocked is told to who tries a locked account; errGone where the account is not what it was.
var (
	errLocked = errors.New("the account is locked")
	errGone   = errors.New("the account is not what it was")
)

// Locked reports whether nobody comes in as a, whatever he knows.
func (a Account) Locked(now time.Time) bool {
	return a.Failed >= lockTries && now.Sub(a.FailedSince) < lockSpan
}

// tried is a after one more try. It is counted before it is looked at, so that many at once are many, and taken back
// when it was right.
func (a Account) tried(now time.Time) Account {
	if a.Failed == 0 || now.Sub(a.FailedSince) >= lockSpan {
		a.Failed, a.FailedSince = 0, now
	}
	a.Failed++
	return a
}

// forgiven is a with all its tries given back.
func (a Account) forgiven() Account {
	a.Failed, a.FailedSince = 0, time.Time{}
	return a
}

// count takes one try of an account, before a restart and after it. errLocked: there were too many. The account is
// returned as it was stored before.
func (o *office) count(ctx context.Context, name string) (was Account, err error) {
	now := o.Now()
	err = o.Accounts.ChangeAccount(ctx, name, func(a Account, ok bool) (Account, error) {
		was = a
		switch {
		case !ok:
			return a, errGone
		case a.Locked(now):
			return a, errLocked
		}
		return a.tried(now), nil
	})
	return was, err
}

// wrong says what a wrong password or code means for the account that was counted: the last one that it may have is
// told to the audit.
func (o *office) wrong(ctx context.Context, was Account, from string) {
	after := was.tried(o.Now())
	o.Log.Warn("office: sign-in refused", "account", was.Name, "from", from, "tries", after.Failed)
	if after.Failed < lockTries {
		return
	}
	if err := o.Deeds.Do(ctx, hall.AccountLocked{Act: hall.Act{About: was.Name}}); err != nil {
		o.Log.Error("office: record", "err", err)
	}
}
