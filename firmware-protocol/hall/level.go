// Package hall owns the words of a public service hall: levels, channels, days, ids, windows, tickets, visits,
// and the facts that are told about them. It is pure: it knows no file, no network and no clock.
package hall

import (
	"encoding/json"
	"fmt"
)

// Level is a citizen's verdict on a service, 1 to 5 (document 001; codes.md "satisfaction").
type Level uint8

// The five levels. 1 and 2 are bad ratings 差评.
const (
	VeryBad  Level = 1 // 非常不满意
	Bad      Level = 2 // 不满意
	Fair     Level = 3 // 基本满意
	Good     Level = 4 // 满意
	VeryGood Level = 5 // 非常满意
)

// Valid reports whether l is one of the five levels.
func (l Level) Valid() bool { return l >= VeryBad && l <= VeryGood }

// IsBad reports whether l is a bad rating 差评, which opens a repair (document 001).
func (l Level) IsBad() bool { return l == VeryBad || l == Bad }

// Explains reports whether an official reason is one of this level: the first digit of its code says so (codes.md "reasons").
func (l Level) Explains(code string) bool {
	return l.Valid() && len(code) > 1 && code[0] == byte('0'+l)
}

func (l Level) String() string {
	if !l.Valid() {
		return fmt.Sprintf("level(%d)", uint8(l))
	}
	return [...]string{"", "very-bad", "bad", "fair", "good", "very-good"}[l]
}

// UnmarshalJSON refuses every number that is not a level.
func (l *Level) UnmarshalJSON(b []byte) error {
	var n uint8
	if err := json.Unmarshal(b, &n); err != nil {
		return fmt.Errorf("level: %w", err)
	}
	if !Level(n).Valid() {
		return fmt.Errorf("level: %d is not 1 to 5", n)
	}
	*l = Level(n)
	return nil
}

// Channel is the road a rating took. Every rating keeps its channel (domain §3.3).
type Channel string

// The channels, and in comments the national code pf (codes.md).
const (
	ChannelPad     Channel = "pad"     // 评价器, pf 5
	ChannelTablet  Channel = "tablet"  // 评价平板, pf 4
	ChannelQR      Channel = "qr"      // 二维码, pf 3
	ChannelKiosk   Channel = "kiosk"   // 自助终端, pf 5
	ChannelWeb     Channel = "web"     // 网上, pf 1
	ChannelHotline Channel = "hotline" // 12345, pf 5
	ChannelSMS     Channel = "sms"     // 短信, pf 6
	ChannelSticker Channel = "sticker" // 窗口码: the code at the window, with the digits of the visit, pf 3
)

// ShowsTicket reports whether an answer on this channel proves that its giver holds the ticket or the phone left
// with it (domain §3.2 (1)).
func (c Channel) ShowsTicket() bool {
	switch c {
	case ChannelQR, ChannelKiosk, ChannelWeb, ChannelHotline, ChannelSMS:
		return true
	}
	return false
}

// Valid reports whether c is a known channel.
func (c Channel) Valid() bool {
	return c.ShowsTicket() || c == ChannelPad || c == ChannelTablet || c == ChannelSticker
}
