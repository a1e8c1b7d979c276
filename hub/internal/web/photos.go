package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"image"
	_ "image/jpeg" // what a photo can be
	_ "image/png"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/access"
	"hallpulse/hub/internal/inspection"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/private"
)

// Bounds of photos.
const (
	maxPhotos   = 6
	maxPhoto    = private.MaxBytes
	maxSide     = 12_000     // pixels
	maxPixels   = 50_000_000 // of one photo: what a browser must unpack
	maxWithThem = maxBody + maxPhotos*(maxPhoto+1024)
)

// patience is how long a phone on a bad line may take to send its photos.
const patience = 5 * time.Minute

// photo is a picture as it came, under the name that the form gives it.
type photo struct {
	name  string
	bytes []byte
}

// photoName matches what a form may call a photo.
var photoName = regexp.MustCompile(`^[a-z0-9-]{8,64}$`)

// photoKind says what a picture is, by its bytes alone; empty where it is none that we take.
func photoKind(data []byte) string {
	c, kind, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil || c.Width < 1 || c.Height < 1 || c.Width > maxSide || c.Height > maxSide || c.Width*c.Height > maxPixels {
		return ""
	}
	switch kind {
	case "jpeg":
		return "image/jpeg"
	case "png":
		return "image/png"
	}
	return ""
}

// readWithPhotos reads an act that may bring photos: JSON alone, or a form of several parts, "data" with the JSON first and
// then one part for each photo, under its name. It answers and returns false where that cannot be kept.
func (o *office) readWithPhotos(w http.ResponseWriter, r *http.Request, v any) ([]photo, bool) {
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" {
		return nil, o.read(w, r, v)
	}
	until := time.Now().Add(patience) // of the socket, which knows no other clock
	c := http.NewResponseController(w)
	if err := errors.Join(c.SetReadDeadline(until), c.SetWriteDeadline(until.Add(time.Minute))); err != nil {
		o.Log.Warn("office: photos have no more time than other requests", "err", err)
	}
	photos, fault := readParts(multipart.NewReader(http.MaxBytesReader(w, r.Body, maxWithThem), params["boundary"]), v)
	switch {
	case fault == "":
		return photos, true
	case fault == "form":
		o.refuse(w, r, http.StatusBadRequest, "form")
	default:
		o.fail(w, http.StatusUnprocessableEntity, problem{Code: fault, Field: "photos", Message: o.sheet(r, "").T("say."+fault, "n", strconv.Itoa(maxPhotos), "mib", strconv.Itoa(maxPhoto>>20))})
	}
	return nil, false
}

// readParts reads the parts of a form; fault is the key of what is wrong.
func readParts(parts *multipart.Reader, v any) (photos []photo, fault string) {
	first, err := parts.NextPart()
	if err != nil || first.FormName() != "data" {
		return nil, "form"
	}
	d := json.NewDecoder(io.LimitReader(first, maxBody))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil || d.More() {
		return nil, "form"
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return photos, ""
		}
		if err != nil {
			return nil, "form"
		}
		p := photo{name: part.FormName()}
		if p.bytes, err = io.ReadAll(io.LimitReader(part, maxPhoto+1)); err != nil {
			return nil, "form"
		}
		switch {
		case !photoName.MatchString(p.name), slices.ContainsFunc(photos, func(q photo) bool { return q.name == p.name }):
			return nil, "form"
		case len(photos) == maxPhotos:
			return nil, "photo.many"
		case len(p.bytes) > maxPhoto:
			return nil, "photo.large"
		case photoKind(p.bytes) == "":
			return nil, "photo.none"
		}
		photos = append(photos, p)
	}
}

// sealPhotos seals photos, by their names.
func (o *office) sealPhotos(photos []photo, boxes *[]intake.Box) (map[string]hall.Sealed, error) {
	sealed := map[string]hall.Sealed{}
	for _, p := range photos {
		s, box, err := o.Matters.Texts.SealBytes(p.bytes)
		if err != nil {
			return nil, err
		}
		*boxes = append(*boxes, box)
		sealed[p.name] = s
	}
	return sealed, nil
}

// showPhoto shows a photo of an inspection to who reads the whole of it.
func (o *office) showPhoto(w http.ResponseWriter, r *http.Request, who Account) {
	i, ok := o.inspection(w, r, who, access.InspectionsList)
	if !ok {
		return
	}
	known := slices.Clone(i.Photos)
	for _, x := range i.Findings {
		known = append(known, photosOf(x)...)
	}
	if !readsVisits(who) {
		o.forbid(w, r, who, access.InspectionsList)
		return
	}
	o.sendPhoto(w, r, known)
}

// showFindingPhoto shows a photo of a finding to who answers for it.
func (o *office) showFindingPhoto(w http.ResponseWriter, r *http.Request, who Account) {
	if _, x, ok := o.finding(w, r, who); ok {
		o.sendPhoto(w, r, photosOf(x))
	}
}

// photosOf are the photos of a finding and of the answers to it.
func photosOf(x inspection.Finding) []hall.Sealed {
	all := slices.Clone(x.Photos)
	for _, s := range x.Steps {
		all = append(all, s.Photos...)
	}
	return all
}

// sendPhoto sends the photo that the address names, if it is one of known. What it is follows from its bytes alone; it is
// shown as a picture or not at all.
func (o *office) sendPhoto(w http.ResponseWriter, r *http.Request, known []hall.Sealed) {
	ref := r.PathValue("ref")
	if !slices.ContainsFunc(known, func(s hall.Sealed) bool { return s.Ref == ref }) {
		o.refuse(w, r, http.StatusNotFound, "nothing")
		return
	}
	data, ok, err := o.Matters.Texts.Bytes(r.Context(), ref)
	kind := photoKind(data)
	switch {
	case err != nil:
		o.down(w, r, err)
		return
	case !ok, kind == "":
		o.refuse(w, r, http.StatusNotFound, "nothing") // erased
		return
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Length", strconv.Itoa(len(data)))
	h.Set("Content-Disposition", "inline; filename=photo")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	_, _ = w.Write(data) // a browser that goes away needs nothing more
}
