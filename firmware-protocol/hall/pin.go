package hall

import "errors"

// Why something is no PIN.
var (
	ErrPINForm    = errors.New("a PIN has 6 to 12 digits")
	ErrPINTrivial = errors.New("that PIN is among the first that anybody tries: no badge, no date, no run of digits, nothing said twice")
)

// The length of a PIN.
const (
	MinPIN = 6
	MaxPIN = 12
)

// What a PIN is checked by is argon2id of these costs. Six digits are few: it takes as long as a counter's machine can bear.
const (
	PINMemoryKiB = 19 << 10
	PINPasses    = 2
)

// CheckPIN says why a PIN cannot be that of a badge; nil: it can.
func CheckPIN(pin, badge string) error {
	if len(pin) < MinPIN || len(pin) > MaxPIN {
		return ErrPINForm
	}
	for _, c := range []byte(pin) {
		if c < '0' || c > '9' {
			return ErrPINForm
		}
	}
	if isRow(pin, 1) || isRow(pin, 2) || repeats(pin) || isDate(pin) || badge != "" && holds(pin, badge) {
		return ErrPINTrivial
	}
	return nil
}

// isRow reports whether every digit differs from the one n before it by the same -1, 0 or 1, each standing n times: 111111,
// 123456, 987654, 112233. After 9 comes 0.
func isRow(pin string, n int) bool {
	for i := range pin {
		if i%n != 0 && pin[i] != pin[i-1] {
			return false
		}
	}
	by := step(pin[0], pin[n])
	if by > 1 && by < 9 {
		return false
	}
	for i := n; i < len(pin); i++ {
		if step(pin[i-n], pin[i]) != by {
			return false
		}
	}
	return true
}

// step is how far it is from one digit to another, upwards: 0 to 9.
func step(from, to byte) int { return (int(to) - int(from) + 10) % 10 }

// repeats reports whether a PIN is 2 or 3 digits again and again: 121212, 123123.
func repeats(pin string) bool {
	for _, n := range []int{2, 3} {
		same := true
		for i := n; i < len(pin); i++ {
			same = same && pin[i] == pin[i-n]
		}
		if same {
			return true
		}
	}
	return false
}

// isDate reports whether a PIN is a day: 19800131, or six digits 800131.
func isDate(pin string) bool {
	switch {
	case len(pin) == 8 && (pin[:2] == "19" || pin[:2] == "20"):
		pin = pin[2:]
	case len(pin) != 6:
		return false
	}
	month, day := pin[2:4], pin[4:]
	return "01" <= month && month <= "12" && "01" <= day && day <= "31"
}

// holds reports whether a PIN is a badge, filled up with one digit at either end: 000317, 031700, 031703.
func holds(pin, badge string) bool {
	for i := 0; len(badge) >= 3 && i+len(badge) <= len(pin); i++ {
		if pin[i:i+len(badge)] == badge {
			return true
		}
	}
	return false
}
