package escpos

import "bytes"

// AskName asks a printer for a name (reference, "GS I"). The answer is read by ReadName: it is no Reply, and is asked for
// while nothing is printed.
type AskName uint8

// AskModel asks for the printer's model.
const AskModel AskName = 67

const nameHead = '_'

func (a AskName) appendTo(b []byte) []byte { return append(b, gs, 'I', byte(a)) }

// Name returns the answer of a printer called name.
func Name(name string) []byte { return append(append([]byte{nameHead}, name...), 0) }

// ReadName looks for the answer to AskName in what a printer said. ok is false while it is not whole. What no person could
// read is left out.
func ReadName(b []byte) (name string, ok bool) {
	_, b, begun := bytes.Cut(b, []byte{nameHead})
	b, _, ended := bytes.Cut(b, []byte{0})
	readable := func(r rune) rune {
		if r < ' ' || r > '~' {
			return -1
		}
		return r
	}
	const most = 80
	return string(bytes.Map(readable, b[:min(len(b), most)])), begun && ended
}
