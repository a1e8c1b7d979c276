package escpos

import "bytes"

// MaxQR is the most bytes that QR 8-M holds (ISO/IEC 18004, table 7).
const MaxQR = 152

// Bytes around the data of a QR, as the functions of GS ( k are numbered in the reference.
const (
	qrSizeAt = 16 // of the size of a module, from the start
	qrHead   = 33 // before the data
	qrTail   = 8  // after it
)

// around returns what stands before and after data of n bytes: model 2 (165), size of a module (167), level M (169),
// store (180), print (181).
func (q QR) around(n int) (head, tail []byte) {
	length := n + 3
	head = []byte{
		gs, '(', 'k', 4, 0, 49, 65, 50, 0,
		gs, '(', 'k', 3, 0, 49, 67, byte(within(q.Module, 1, 16)),
		gs, '(', 'k', 3, 0, 49, 69, 49,
		gs, '(', 'k', byte(length), byte(length >> 8), 49, 80, 48,
	}
	return head, []byte{gs, '(', 'k', 3, 0, 49, 81, 48}
}

func (q QR) appendTo(b []byte) []byte {
	if q.Data == "" || len(q.Data) > MaxQR {
		return b
	}
	head, tail := q.around(len(q.Data))
	return append(append(append(b, head...), q.Data...), tail...)
}

// qr reads a whole QR: what differs from what Append writes in any byte is none.
func qr(b []byte) (Command, int) {
	q, n := QR{Module: 1}, 1
	if len(b) > qrSizeAt {
		q.Module = int(b[qrSizeAt])
	}
	if len(b) > qrHead-5 {
		n = int(b[qrHead-5]) - 3
	}
	head, tail := q.around(n)
	have := head[:min(len(b), len(head))]
	switch {
	case n < 1 || n > MaxQR, !bytes.HasPrefix(b, have):
		return Unknown(b[0]), 1
	case len(b) < qrHead+n+qrTail:
		if rest := b[min(len(b), qrHead+n):]; !bytes.HasPrefix(tail, rest) {
			return Unknown(b[0]), 1
		}
		return nil, 0
	case !bytes.HasPrefix(b[qrHead+n:], tail):
		return Unknown(b[0]), 1
	}
	q.Data = string(b[qrHead : qrHead+n])
	return q, qrHead + n + qrTail
}

// QRModules returns how many modules wide a QR code of level M with n bytes is, without its quiet zone.
func QRModules(n int) int {
	// The most bytes of versions 1 to 8 (ISO/IEC 18004, table 7).
	for i, most := range [...]int{14, 26, 42, 62, 84, 106, 122, MaxQR} {
		if n <= most {
			return 21 + 4*i
		}
	}
	return 0
}
