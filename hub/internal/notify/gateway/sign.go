package gateway

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// What signs a body (README.md).
const (
	headerTime      = "X-HallPulse-Time"      // seconds since 1970
	headerSignature = "X-HallPulse-Signature" // v1= and hex
	directionOut    = "out"                   // from the hub
	directionIn     = "in"                    // to the hub
)

// Window is how far the clocks of hub and provider may be apart.
const Window = 5 * time.Minute

// MinSecret is the least length of the secret that both ends hold, in bytes.
const MinSecret = 16

// signature is HMAC-SHA256 over what must not be changed, moved in time, or sent back to where it came from.
func signature(secret []byte, direction string, at int64, body []byte) string {
	h := hmac.New(sha256.New, secret)
	fmt.Fprintf(h, "v1\n%s\n%d\n", direction, at)
	h.Write(body)
	return "v1=" + hex.EncodeToString(h.Sum(nil))
}

func sign(h http.Header, secret []byte, direction string, now time.Time, body []byte) {
	h.Set(headerTime, strconv.FormatInt(now.Unix(), 10))
	h.Set(headerSignature, signature(secret, direction, now.Unix(), body))
}

// signed reports whether a body was signed with the secret, for this direction, about now.
func signed(h http.Header, secret []byte, direction string, now time.Time, body []byte) bool {
	at, err := strconv.ParseInt(h.Get(headerTime), 10, 64)
	if err != nil || now.Sub(time.Unix(at, 0)).Abs() > Window {
		return false
	}
	return hmac.Equal([]byte(h.Get(headerSignature)), []byte(signature(secret, direction, at, body)))
}

// Signed reports whether a body that came to the hub by HTTP was signed with the secret that both ends hold, about now. Other
// systems that bring something sign as providers do (README.md).
func Signed(h http.Header, secret []byte, now time.Time, body []byte) bool {
	return signed(h, secret, directionIn, now, body)
}
