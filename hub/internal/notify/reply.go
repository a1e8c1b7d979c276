package notify

import (
	"strings"
	"unicode"

	"hallpulse/firmware-protocol/hall"
)

// ParseReply reads an answer by SMS. It is a level if it is nothing but one digit from 1 to 5, half or full width, or the
// very name of a level, with blanks around it or not. All else is no rating: nobody guesses what a citizen meant.
func ParseReply(text string) (hall.Level, bool) {
	text = strings.TrimFunc(text, isBlank)
	for _, l := range []hall.Level{hall.VeryBad, hall.Bad, hall.Fair, hall.Good, hall.VeryGood} {
		if text == string(rune('0'+l)) || text == string('０'+rune(l)) || text == levelName(l) {
			return l, true
		}
	}
	return 0, false
}

// levelName is what a level is called by regulation (domain §3.1).
func levelName(l hall.Level) string {
	switch l {
	case hall.VeryGood:
		return "非常满意"
	case hall.Good:
		return "满意"
	case hall.Fair:
		return "基本满意"
	case hall.Bad:
		return "不满意"
	case hall.VeryBad:
		return "非常不满意"
	}
	return ""
}

// isBlank takes what phones put around a text and nobody sees.
func isBlank(r rune) bool {
	return unicode.IsSpace(r) || r == '\u200b' || r == '\u200c' || r == '\u200d' || r == '\ufeff' || r == 0
}

// MaxReply is how much of an answer is kept, in characters.
const MaxReply = 500

// CutReply returns what is kept of an answer that is no level.
func CutReply(text string) string {
	text = strings.TrimFunc(strings.ToValidUTF8(text, ""), isBlank)
	if runes := []rune(text); len(runes) > MaxReply {
		return string(runes[:MaxReply])
	}
	return text
}
