package agent

import (
	"fmt"
	"strconv"
	"strings"

	"hallpulse/agent/internal/device"
	"hallpulse/firmware-protocol/hall"
)

// speech says what was found in one language.
type speech map[string]string

func (d *Doctor) speak(lang string) speech {
	if words, ok := d.words[lang]; ok {
		return words
	}
	return d.words["zh"]
}

// word returns a sentence; with are pairs of placeholder and value.
func (s speech) word(key string, with ...string) string {
	return device.PaperWords(s).Fill(key, with...)
}

// trouble says what is wrong with a device, and what to do.
func (s speech) trouble(t hall.Trouble) string {
	return s["trouble."+string(t)] + s.word("doctor.stop") + s["trouble."+string(t)+".do"]
}

func (s speech) rate(baud int) string {
	if baud == 0 {
		return ""
	}
	return s.word("doctor.rate", "baud", strconv.Itoa(baud))
}

// held says how a device of the running agent stands.
func (s speech) held(h held) PortReport {
	who := s.word("doctor.held", "device", h.Device, "kind", s["device."+string(h.Kind)])
	switch {
	case h.Trouble == hall.TroublePaperLow:
		return PortReport{OK: true, Says: who + s["trouble.paper-low"], Do: s["trouble.paper-low.do"]}
	case h.Trouble == hall.TroubleGarbage:
		return PortReport{Says: who + s["trouble.garbage"], Do: s["doctor.held.garbage.do"]}
	case h.Trouble != "":
		return PortReport{Says: who + s["trouble."+string(h.Trouble)], Do: s["trouble."+string(h.Trouble)+".do"]}
	case !h.Up:
		return PortReport{Says: who + s["doctor.held.unheard"], Do: s["trouble.no-answer.do"]}
	}
	works := who + s["doctor.held.works"]
	if h.Kind == hall.KindPad {
		works += s.word("doctor.held.pad", "uid", h.UID.String(), "version", h.Version)
	}
	return PortReport{OK: true, Says: works}
}

// found says what hangs at a port.
func (s speech) found(x device.Examination) PortReport {
	rate := s.rate(x.Baud)
	switch x.Found {
	case device.FoundPad:
		of := []string{"uid", x.UID.String(), "version", x.Firmware, "rate", rate, "n", strconv.Itoa(x.Queued)}
		switch {
		case x.Foreign:
			return PortReport{Says: s.word("doctor.foreign", of...), Do: s["trouble.version.do"]}
		case !x.UID.Known():
			return PortReport{Says: s.word("doctor.nouid", of...), Do: s["doctor.nouid.do"]}
		case x.Queued > 0:
			return PortReport{OK: true, Says: s.word("doctor.pad.queued", of...), Do: s["doctor.pad.queued.do"]}
		}
		return PortReport{OK: true, Says: s.word("doctor.pad", of...), Do: s["doctor.paste"], Try: "keys"}
	case device.FoundPrinter:
		model := ""
		if x.Model != "" {
			model = " " + x.Model
		}
		says := s.word("doctor.printer", "model", model, "rate", rate)
		if x.Trouble != "" {
			says += s.word("doctor.but", "trouble", s["trouble."+string(x.Trouble)])
		}
		if ready(x) {
			return PortReport{OK: true, Says: says, Do: s["doctor.paste"], Try: "paper"}
		}
		return PortReport{Says: says, Do: s["trouble."+string(x.Trouble)+".do"]}
	case device.FoundFrames:
		return PortReport{OK: true, Says: s.word("doctor.frames", "profile", strings.Join(x.Profiles, ", "), "rate", rate), Do: s["doctor.frames.do"], Seen: s.seen(x)}
	case device.FoundBytes:
		return PortReport{Says: s["doctor.bytes"], Do: s["doctor.bytes.do"], Seen: s.seen(x)}
	case device.FoundTrouble:
		return PortReport{Says: s["trouble."+string(x.Trouble)], Do: s["trouble."+string(x.Trouble)+".do"]}
	}
	return PortReport{Says: s["doctor.nothing"], Do: s["doctor.nothing.do"]}
}

// ready reports whether a printer that was examined prints.
func ready(x device.Examination) bool { return x.Trouble == "" || x.Trouble == hall.TroublePaperLow }

// seen writes what was heard, in hex digits and as text.
func (s speech) seen(x device.Examination) (all []string) {
	for _, b := range x.Seen {
		text := strings.Map(func(r rune) rune {
			if r < ' ' || r > '~' {
				return '.'
			}
			return r
		}, strings.ToValidUTF8(string(b.Bytes), "."))
		at := ""
		if b.Baud > 0 {
			at = strconv.Itoa(b.Baud) + ": "
		}
		all = append(all, fmt.Sprintf("%s% X  %s", at, b.Bytes, text))
	}
	return all
}
