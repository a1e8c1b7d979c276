package hub

import (
	"context"
	"errors"
	"fmt"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/access"
	"hallpulse/hub/internal/store"
	"hallpulse/hub/internal/web"
)

// Who may sign in at the office: for the pages, and for the operator's subcommands.

// accounts keeps for the office who may sign in.
type accounts struct{ store *store.Store }

func (a accounts) Account(ctx context.Context, name string) (web.Account, bool, error) {
	found, err := a.store.Account(ctx, name)
	if errors.Is(err, store.ErrUnknown) {
		return web.Account{}, false, nil
	}
	return shownAccount(found), err == nil, err
}

func (a accounts) Accounts(ctx context.Context) ([]web.Account, error) {
	stored, err := a.store.Accounts(ctx)
	var all []web.Account
	for _, s := range stored {
		all = append(all, shownAccount(s))
	}
	return all, err
}

func (a accounts) ChangeAccount(ctx context.Context, name string, change func(web.Account, bool) (web.Account, error)) error {
	return a.store.ChangeAccount(ctx, name, func(was store.Account, ok bool) (store.Account, error) {
		now, err := change(shownAccount(was), ok)
		return storedAccount(now), err
	})
}

func shownAccount(a store.Account) web.Account {
	return web.Account{
		Account: access.Account{Name: a.Name, Role: access.Role(a.Role), Unit: a.Unit, Badge: a.Badge, Places: a.Places, Halls: a.Halls},
		Display: a.Display, Hash: a.Password, FirstUntil: a.FirstUntil, Disabled: a.Disabled,
		Second: a.Second, SecondStep: a.SecondStep, Codes: a.Codes, Failed: a.Failed, FailedSince: a.FailedSince,
		Added: a.Added, SignedIn: a.SignedIn, Version: a.Version, Changed: a.Changed, ChangedBy: a.ChangedBy,
	}
}

func storedAccount(a web.Account) store.Account {
	return store.Account{
		Name: a.Name, Role: string(a.Role), Unit: a.Unit, Badge: a.Badge, Places: a.Places, Halls: a.Halls,
		Display: a.Display, Password: a.Hash, FirstUntil: a.FirstUntil, Disabled: a.Disabled,
		Second: a.Second, SecondStep: a.SecondStep, Codes: a.Codes, Failed: a.Failed, FailedSince: a.FailedSince,
		Added: a.Added, SignedIn: a.SignedIn, Version: a.Version, Changed: a.Changed, ChangedBy: a.ChangedBy,
	}
}

// Do records what people decided in the office.
func (r recorder) Do(ctx context.Context, facts ...hall.Fact) error {
	return r.intake.Record(ctx, facts)
}

// User is one who may sign in at the office.
type User struct {
	Name    string
	Display string // on screen; empty: Name
	Role    string
	Unit    string
	Badge   string
	Places  []string // paths such as 江南省/青澜市; none: all
	Halls   []string // ids; none: all of its places
	First   bool     // the password was given by another: its owner chooses his own when he comes in
}

func (u User) account() web.Account {
	return web.Account{Account: access.Account{Name: u.Name, Role: access.Role(u.Role), Unit: u.Unit, Badge: u.Badge, Places: u.Places, Halls: u.Halls}, Display: u.Display}
}

// UserRoles lists the roles that a user can have.
func UserRoles() []string {
	var all []string
	for _, r := range access.Roles() {
		all = append(all, string(r))
	}
	return all
}

// CheckUser says all that is wrong with a user before a password is asked for, by the catalogues in force.
func CheckUser(ctx context.Context, c Config, u User) error {
	_, err := request[nothing](ctx, c, actUserCheck, u)
	return err
}

func (k *keeper) userCheck(ctx context.Context, u User) (nothing, error) {
	cs, err := k.catalogued(ctx)
	if err != nil {
		return nothing{}, err
	}
	var faults []error
	for _, f := range web.CheckRights(u.account(), cs.now()) {
		faults = append(faults, f)
	}
	return nothing{}, errors.Join(faults...)
}

// UserAdd makes a sign-in, or gives an existing one a new password and new rights. The password leaves this process as
// a hash alone.
func UserAdd(ctx context.Context, c Config, u User, password string) error {
	if err := CheckUser(ctx, c, u); err != nil {
		return err
	}
	hash, err := web.HashPassword(password)
	if err != nil {
		return err
	}
	_, err = request[nothing](ctx, c, actUserAdd, userWithHash{u, hash})
	return err
}

// UserState is a user as `user list` shows him.
type UserState struct {
	User
	Disabled bool
	Locked   bool // too many wrong passwords or codes
	Second   bool // has a second factor
	SignedIn time.Time
}

// UserList lists who may sign in.
func UserList(ctx context.Context, c Config) ([]UserState, error) {
	return request[[]UserState](ctx, c, actUserList, nothing{})
}

// UserDisable lets somebody in no more; what he has open ends at once.
func UserDisable(ctx context.Context, c Config, name string) error {
	_, err := request[nothing](ctx, c, actUserDisable, userName{name})
	return err
}

// UserEnable lets somebody in again, with what he had. It forgets wrong tries.
func UserEnable(ctx context.Context, c Config, name string) error {
	_, err := request[nothing](ctx, c, actUserEnable, userName{name})
	return err
}

// UserPassword gives somebody a new password.
func UserPassword(ctx context.Context, c Config, name, password string, first bool) error {
	hash, err := web.HashPassword(password)
	if err != nil {
		return err
	}
	_, err = request[nothing](ctx, c, actUserPassword, userWithHash{User{Name: name, First: first}, hash})
	return err
}

// UserTOTPReset takes somebody's second factor away, who lost his phone and his codes.
func UserTOTPReset(ctx context.Context, c Config, name string) error {
	_, err := request[nothing](ctx, c, actUserTOTPReset, userName{name})
	return err
}

type userName struct{ Name string }

type userWithHash struct {
	User
	Hash string
}

func (k *keeper) userAdd(ctx context.Context, in userWithHash) (nothing, error) {
	return k.changeUser(ctx, in.Name, func(a web.Account, ok bool) (web.Account, []hall.AccountDid, error) {
		did := []hall.AccountDid{hall.AccountMade}
		if ok {
			did = []hall.AccountDid{hall.AccountRights, hall.AccountPasswordGiven}
		} else {
			a.Added = k.now()
		}
		if a.Disabled {
			did = append(did, hall.AccountEnabled)
		}
		u := in.account()
		a.Account, a.Display, a.Disabled = u.Account, u.Display, false
		return k.withPassword(a, in), did, nil
	})
}

// withPassword gives a its password and forgets its wrong tries.
func (k *keeper) withPassword(a web.Account, in userWithHash) web.Account {
	a.Hash, a.FirstUntil, a.Failed, a.FailedSince = in.Hash, time.Time{}, 0, time.Time{}
	if in.First {
		a.FirstUntil = k.now().Add(web.FirstLasts)
	}
	return a
}

func (k *keeper) userPassword(ctx context.Context, in userWithHash) (nothing, error) {
	return k.changeUser(ctx, in.Name, known(hall.AccountPasswordGiven, func(a web.Account) web.Account { return k.withPassword(a, in) }))
}

func (k *keeper) userDisable(ctx context.Context, in userName) (nothing, error) {
	return k.changeUser(ctx, in.Name, known(hall.AccountDisabled, func(a web.Account) web.Account { a.Disabled = true; return a }))
}

func (k *keeper) userEnable(ctx context.Context, in userName) (nothing, error) {
	return k.changeUser(ctx, in.Name, known(hall.AccountEnabled, func(a web.Account) web.Account {
		a.Disabled, a.Failed, a.FailedSince = false, 0, time.Time{}
		return a
	}))
}

func (k *keeper) userTOTPReset(ctx context.Context, in userName) (nothing, error) {
	return k.changeUser(ctx, in.Name, known(hall.AccountSecondReset, func(a web.Account) web.Account {
		a.Second, a.Codes = nil, nil
		return a
	}))
}

func (k *keeper) userList(ctx context.Context, _ nothing) ([]UserState, error) {
	all, err := accounts{k.store}.Accounts(ctx)
	users := []UserState{}
	for _, a := range all {
		users = append(users, UserState{
			User:     User{a.Name, a.Display, string(a.Role), a.Unit, a.Badge, a.Places, a.Halls, !a.FirstUntil.IsZero()},
			Disabled: a.Disabled, Locked: a.Locked(k.now()), Second: len(a.Second) > 0, SignedIn: a.SignedIn,
		})
	}
	return users, err
}

// userChange is what is to become of an account, and what that is called.
type userChange func(a web.Account, ok bool) (web.Account, []hall.AccountDid, error)

// known is a change of an account that must be there.
func known(did hall.AccountDid, change func(web.Account) web.Account) userChange {
	return func(a web.Account, ok bool) (web.Account, []hall.AccountDid, error) {
		if !ok {
			return a, nil, fmt.Errorf("no user %q: `hall-hub user list` names them", a.Name)
		}
		return change(a), []hall.AccountDid{did}, nil
	}
}

// changeUser changes an account from the console, and records it.
func (k *keeper) changeUser(ctx context.Context, name string, change userChange) (nothing, error) {
	var deeds []hall.Fact
	err := accounts{k.store}.ChangeAccount(ctx, name, func(a web.Account, ok bool) (web.Account, error) {
		a, did, err := change(a, ok)
		a.Version, a.Changed, a.ChangedBy = a.Version+1, k.now(), hall.Console().Account
		deeds = nil
		for _, d := range did {
			deeds = append(deeds, a.ChangedDeed(d, hall.Console()))
		}
		return a, err
	})
	if err != nil {
		return nothing{}, err
	}
	return nothing{}, k.record(ctx, deeds...)
}
