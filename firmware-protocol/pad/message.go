package pad

import (
	"encoding/binary"
	"unicode/utf8"

	"hallpulse/firmware-protocol/hall"
)

// Version is the version of the link that this package speaks.
//
//	1  first version
const Version = 1

// Numbers that both sides of the link must share (README §4 and §5).
const (
	QueueSize = 64 // presses a pad keeps until they are acknowledged
	Window    = 8  // presses of them that may be on their way at once
	MaxStaff  = 48 // bytes of a staff name: 16 Chinese characters
)

// Message is one of the messages of the link: Hello, Foreign, Press, Pong, Tamper from the pad; Ask, Ack, Light, Show,
// Sound, Ping, Refusal, Noted from the agent.
type Message interface {
	appendBody(dst []byte) []byte
}

// Types on the wire: pad to agent below 0x80, agent to pad above.
const (
	typeHello   = 0x01
	typePress   = 0x02
	typePong    = 0x03
	typeTamper  = 0x10
	typeAsk     = 0x81
	typeAck     = 0x82
	typeLight   = 0x83
	typeShow    = 0x84
	typeSound   = 0x85
	typePing    = 0x86
	typeRefusal = 0x87
	typeNoted   = 0x90
)

type (
	// Hello says who the pad is and which presses of one boot it still keeps (§3.1). It speaks Version; a hello of
	// another version is Foreign.
	Hello struct {
		UID      hall.PadUID
		Boot     uint32
		Next     uint32 // the seq that the next press of this boot gets, or would have got
		Queued   uint8  // presses of this boot that are not acknowledged: the last ones before Next
		Dropped  uint32 // presses of this boot that found the queue full
		Firmware [3]uint8
		Left     uint8 // hellos of other boots that follow in this answer
	}
	// Foreign is the hello of a pad that speaks another version; nothing else of it can be understood (§3.1).
	Foreign struct{ Version uint8 }
	// Press is a press that the pad keeps until it is acknowledged (§3.2).
	Press struct {
		Boot  uint32
		Seq   uint32 // from 1
		Level hall.Level
		AgeMS int64 // in steps of 100; hall.AgeUnknown where the pad lost count
	}
	// Pong answers Ping (§3.3).
	Pong struct {
		UID     hall.PadUID
		Boot    uint32
		Dropped uint32 // of this boot
	}
	// Tamper says how often in its life the pad has been tampered with, until that is Noted (§3.11).
	Tamper struct {
		UID            hall.PadUID
		Boot           uint32
		Pulled, Opened uint16 // its cable, its case; 0 once the present count is noted
	}

	// Ask wants the pad's hellos, and names the version that the agent speaks (§3.4).
	Ask struct{ Version uint8 }
	// Ack says that all presses of Boot up to Seq are on disk (§3.5).
	Ack struct{ Boot, Seq uint32 }
	// Light is an Ack that also shows what became of the press Seq (§3.6, domain §3.12).
	Light struct {
		Boot, Seq uint32
		Meaning   Meaning
	}
	// Show puts a screen on the display (§3.7).
	Show struct {
		Screen  Screen
		Seconds uint16 // then back to the last screen with 0, which stays
		Staff   string // UTF-8, at most MaxStaff bytes; Append cuts a longer one after a whole character
	}
	// Sound plays a sound or speaks a sentence, once (§3.8).
	Sound struct{ Sound Tone }
	// Ping wants a Pong (§3.9).
	Ping struct{}
	// Refusal says which versions the agent speaks to a pad that speaks none of them (§3.10).
	Refusal struct{ Low, High uint8 }
	// Noted says that a Tamper of these counts is on disk (§3.12).
	Noted struct {
		Boot           uint32
		Pulled, Opened uint16
	}
)

// Meaning is what a key's light says to the citizen. Dark, which needs no message, says: not kept.
type Meaning uint8

// The meanings (domain §3.12).
const (
	Became Meaning = 1 // steady for 2 s: the press became the rating of the visit
	Kept   Meaning = 2 // two blinks: kept, not the rating
)

// Screen is what a display shows.
type Screen uint8

// The screens.
const (
	Idle   Screen = 0 // who serves here
	Prompt Screen = 1 // please rate
	Thanks Screen = 2 // this press became the rating
	Rated  Screen = 3 // this visit is rated already
	Wait   Screen = 4 // a moment, please
	Closed Screen = 5 // no ratings can be kept now
)

// Tone is what a pad can play or speak.
type Tone uint8

// The tones.
const (
	ToneInvite Tone = 1
	ToneThanks Tone = 2
	ToneFault  Tone = 3
)

// Base is the seq of the last press of this boot that the pad no longer keeps.
func (m Hello) Base() uint32 { return m.Next - uint32(m.Queued) - 1 }

// ageUnit is a step of Press.AgeMS; ageUnknown on the wire means that nobody knows.
const (
	ageUnit    = 100
	ageUnknown = 0xffffff
)

func (m Hello) appendBody(b []byte) []byte {
	b = append(b, typeHello, Version)
	b = put64(b, uint64(m.UID))
	b = put32(b, m.Boot)
	b = put32(b, m.Next)
	b = append(b, m.Queued)
	b = put32(b, m.Dropped)
	b = append(b, m.Firmware[:]...)
	return append(b, m.Left)
}

func (m Foreign) appendBody(b []byte) []byte { return append(b, typeHello, m.Version) }

func (m Press) appendBody(b []byte) []byte {
	age := uint32(ageUnknown)
	if m.AgeMS >= 0 && m.AgeMS/ageUnit < ageUnknown {
		age = uint32(m.AgeMS / ageUnit)
	}
	b = append(b, typePress)
	b = put32(b, m.Boot)
	b = put32(b, m.Seq)
	return append(b, byte(m.Level), byte(age), byte(age>>8), byte(age>>16))
}

func (m Pong) appendBody(b []byte) []byte {
	b = put64(append(b, typePong), uint64(m.UID))
	b = put32(b, m.Boot)
	return put32(b, m.Dropped)
}

func (m Tamper) appendBody(b []byte) []byte {
	b = put64(append(b, typeTamper), uint64(m.UID))
	return putCounts(put32(b, m.Boot), m.Pulled, m.Opened)
}

func (m Ask) appendBody(b []byte) []byte { return append(b, typeAsk, m.Version) }

func (m Ack) appendBody(b []byte) []byte {
	b = put32(append(b, typeAck), m.Boot)
	return put32(b, m.Seq)
}

func (m Light) appendBody(b []byte) []byte {
	b = put32(append(b, typeLight), m.Boot)
	b = put32(b, m.Seq)
	return append(b, byte(m.Meaning))
}

func (m Show) appendBody(b []byte) []byte {
	staff := m.Staff
	if len(staff) > MaxStaff {
		end := MaxStaff
		for end > 0 && !utf8.RuneStart(staff[end]) {
			end--
		}
		staff = staff[:end]
	}
	b = append(b, typeShow, byte(m.Screen))
	b = binary.LittleEndian.AppendUint16(b, m.Seconds)
	return append(append(b, byte(len(staff))), staff...)
}

func (m Sound) appendBody(b []byte) []byte   { return append(b, typeSound, byte(m.Sound)) }
func (Ping) appendBody(b []byte) []byte      { return append(b, typePing) }
func (m Refusal) appendBody(b []byte) []byte { return append(b, typeRefusal, m.Low, m.High) }

func (m Noted) appendBody(b []byte) []byte {
	return putCounts(put32(append(b, typeNoted), m.Boot), m.Pulled, m.Opened)
}

// decodeBody reads a body whose checksum is right. That alone lets one damaged frame in some ten thousand through:
// so the length must be exact and every value one that the protocol knows (§2.3).
func decodeBody(b []byte) (Message, error) {
	want, ok := bodyLength(b)
	if !ok {
		return nil, ErrType
	}
	if len(b) != want {
		return nil, ErrLength
	}
	var m Message
	valid := true
	switch f := b[1:]; b[0] {
	case typeHello:
		if f[0] != Version {
			return Foreign{f[0]}, nil
		}
		h := Hello{
			UID: hall.PadUID(get64(f[1:])), Boot: get32(f[9:]), Next: get32(f[13:]), Queued: f[17],
			Dropped: get32(f[18:]), Firmware: [3]uint8(f[22:25]), Left: f[25],
		}
		m, valid = h, h.Queued <= QueueSize && uint32(h.Queued) < h.Next && h.Left <= QueueSize
	case typePress:
		p := Press{Boot: get32(f), Seq: get32(f[4:]), Level: hall.Level(f[8]), AgeMS: hall.AgeUnknown}
		if age := uint32(f[9]) | uint32(f[10])<<8 | uint32(f[11])<<16; age != ageUnknown {
			p.AgeMS = int64(age) * ageUnit
		}
		m, valid = p, p.Level.Valid() && p.Seq > 0
	case typePong:
		m = Pong{hall.PadUID(get64(f)), get32(f[8:]), get32(f[12:])}
	case typeAsk:
		m = Ask{f[0]}
	case typeAck:
		m = Ack{get32(f), get32(f[4:])}
	case typeLight:
		l := Light{get32(f), get32(f[4:]), Meaning(f[8])}
		m, valid = l, l.Meaning == Became || l.Meaning == Kept
	case typeShow:
		s := Show{Screen(f[0]), binary.LittleEndian.Uint16(f[1:]), string(f[4:])}
		m, valid = s, s.Screen <= Closed && len(s.Staff) <= MaxStaff
	case typeSound:
		s := Sound{Tone(f[0])}
		m, valid = s, ToneInvite <= s.Sound && s.Sound <= ToneFault
	case typePing:
		m = Ping{}
	case typeRefusal:
		m = Refusal{f[0], f[1]}
	case typeTamper:
		m = Tamper{hall.PadUID(get64(f)), get32(f[8:]), get16(f[12:]), get16(f[14:])}
	case typeNoted:
		m = Noted{get32(f), get16(f[4:]), get16(f[6:])}
	}
	if !valid {
		return nil, ErrValue
	}
	return m, nil
}

// bodyLength returns the exact length that a body of b's type must have. A hello of another version has any.
func bodyLength(b []byte) (n int, ok bool) {
	switch b[0] {
	case typeHello:
		if len(b) > 1 && b[1] != Version {
			return len(b), true
		}
		return 27, true
	case typePress:
		return 13, true
	case typePong, typeTamper:
		return 17, true
	case typeAsk, typeSound:
		return 2, true
	case typeAck, typeNoted:
		return 9, true
	case typeLight:
		return 10, true
	case typeShow:
		if len(b) < 5 {
			return 5, true
		}
		return 5 + int(b[4]), true
	case typePing:
		return 1, true
	case typeRefusal:
		return 3, true
	}
	return 0, false
}

func put32(b []byte, v uint32) []byte { return binary.LittleEndian.AppendUint32(b, v) }
func put64(b []byte, v uint64) []byte { return binary.LittleEndian.AppendUint64(b, v) }
func get16(b []byte) uint16           { return binary.LittleEndian.Uint16(b) }
func get32(b []byte) uint32           { return binary.LittleEndian.Uint32(b) }
func get64(b []byte) uint64           { return binary.LittleEndian.Uint64(b) }

func putCounts(b []byte, pulled, opened uint16) []byte {
	return binary.LittleEndian.AppendUint16(binary.LittleEndian.AppendUint16(b, pulled), opened)
}
