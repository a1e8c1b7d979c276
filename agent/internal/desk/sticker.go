package desk

import (
	"net/http"
	"slices"
)

// Sticker is the sticker of a window, with the code that is the same for everybody (design §4).
type Sticker struct {
	Window   string     `json:"window"`
	Floor    string     `json:"floor"`
	FloorEN  string     `json:"floor_en,omitempty"`
	Services []HallLine `json:"services"`
	URL      string     `json:"url"` // empty: citizens have no address to come to, and no code is printed
}

// stickersView lists what the sheet to be printed holds.
func (d *Desk) stickersView(w http.ResponseWriter, _ *http.Request) {
	h := d.Hall().Hall
	writeJSON(w, http.StatusOK, encode(struct {
		Hall     Place     `json:"hall"`
		Stickers []Sticker `json:"stickers"`
	}{Place{ID: h.ID, Name: h.Name, NameEN: h.NameEN}, d.Stickers()}))
}

// stickerQR draws the code of a window's sticker.
func (d *Desk) stickerQR(w http.ResponseWriter, r *http.Request) {
	all := d.Stickers()
	i := slices.IndexFunc(all, func(s Sticker) bool { return s.Window == r.PathValue("window") })
	if i < 0 || all[i].URL == "" {
		d.refuse(w, r, http.StatusNotFound, "no-qr")
		return
	}
	svg, err := drawQR(all[i].URL)
	if err != nil {
		d.Log.Error("desk: draw a QR code", "window", all[i].Window, "err", err)
		d.refuse(w, r, http.StatusInternalServerError, "internal")
		return
	}
	w.Header().Set("Content-Type", "image/svg+xml")
	_, _ = w.Write(svg) // the reader is gone: nobody is left to tell
}
