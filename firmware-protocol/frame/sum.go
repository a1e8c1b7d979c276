package frame

import (
	"encoding/binary"
	"maps"
	"math/bits"
	"slices"
)

// Check says how a frame proves itself: what <check> stands for.
type Check struct {
	Kind  string `yaml:"kind"`  // one of Checks; empty: frames have none
	From  int    `yaml:"from"`  // the first byte that is covered, counted from 0; the last is the one before <check>
	Order string `yaml:"order"` // of two bytes: low or high comes first; empty: low
}

// crc is a cyclic redundancy check of 16 bits, by the words of the catalogue of parametrised CRC algorithms.
type crc struct {
	poly, init, xor uint16
	reflected       bool
}

func crcs() map[string]crc {
	return map[string]crc{
		"crc16-arc":     {poly: 0x8005, reflected: true},
		"crc16-modbus":  {poly: 0x8005, init: 0xffff, reflected: true},
		"crc16-ccitt":   {poly: 0x1021, init: 0xffff},
		"crc16-xmodem":  {poly: 0x1021},
		"crc16-kermit":  {poly: 0x1021, reflected: true},
		"crc16-mcrf4xx": {poly: 0x1021, init: 0xffff, reflected: true},
		"crc16-x25":     {poly: 0x1021, init: 0xffff, xor: 0xffff, reflected: true},
	}
}

// Checks lists the kinds of check: the sum of the bytes, the byte that makes that sum zero, all bytes xor, and CRCs.
func Checks() []string {
	return append([]string{"sum", "sum-zero", "xor"}, slices.Sorted(maps.Keys(crcs()))...)
}

// size is how many bytes the check takes.
func (c Check) size() int {
	switch c.Kind {
	case "":
		return 0
	case "sum", "sum-zero", "xor":
		return 1
	}
	return 2
}

// of returns the check over p.
func (c Check) of(p []byte) []byte {
	var sum, xor byte
	for _, b := range p {
		sum += b
		xor ^= b
	}
	switch c.Kind {
	case "":
		return nil
	case "sum":
		return []byte{sum}
	case "sum-zero":
		return []byte{-sum}
	case "xor":
		return []byte{xor}
	}
	v := crcs()[c.Kind].of(p)
	if c.Order == "high" {
		return binary.BigEndian.AppendUint16(nil, v)
	}
	return binary.LittleEndian.AppendUint16(nil, v)
}

func (c crc) of(p []byte) uint16 {
	v := c.init
	for _, b := range p {
		if c.reflected {
			b = bits.Reverse8(b)
		}
		v ^= uint16(b) << 8
		for range 8 {
			high := v & 0x8000
			v <<= 1
			if high != 0 {
				v ^= c.poly
			}
		}
	}
	if c.reflected {
		v = bits.Reverse16(v)
	}
	return v ^ c.xor
}
