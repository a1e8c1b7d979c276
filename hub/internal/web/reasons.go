package web

import (
	"encoding/json"
	"fmt"
	"slices"

	"hallpulse/firmware-protocol/hall"
)

// Reason is one official reason of a level (codes.md "reasons").
type Reason struct {
	Level hall.Level `json:"level"`
	Code  string     `json:"code"`
	Name  string     `json:"name"`
	InUse bool       `json:"inUse"`
}

// Reasons are the official reasons, in the order of their codes.
type Reasons []Reason

// ReadReasons reads the official dictionary.
func ReadReasons(data []byte) (Reasons, error) {
	var file struct {
		Codes Reasons `json:"codes"`
	}
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, fmt.Errorf("read reasons: %w", err)
	}
	for l := hall.VeryBad; l <= hall.VeryGood; l++ {
		if len(file.Codes.of(l)) == 0 {
			return nil, fmt.Errorf("read reasons: none is in use for level %d", l)
		}
	}
	return file.Codes, nil
}

// of lists what is offered at a level: no code that is out of use.
func (rs Reasons) of(l hall.Level) []Reason {
	return slices.DeleteFunc(slices.Clone(rs), func(r Reason) bool { return r.Level != l || !r.InUse })
}

func (rs Reasons) offered(l hall.Level, code string) bool {
	return slices.ContainsFunc(rs, func(r Reason) bool { return r.Level == l && r.Code == code && r.InUse })
}
