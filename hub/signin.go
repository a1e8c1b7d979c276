package hub

import (
	"fmt"
	"net/url"
	"os"
	"strings"

	"hallpulse/configs/strict"
	"hallpulse/hub/internal/access"
	"hallpulse/hub/internal/web"
)

// How people come in at the office, as hub.yaml says it.

// checkSignIn adds the faults of second factor and single sign-on.
func (c *Config) checkSignIn(d *strict.Document) {
	for i, r := range c.Office.SecondFactor {
		if role := access.Role(r); !role.Valid() || role == access.Wall {
			d.At(strict.Index("office.second_factor", i), "%q: want roles of people: %s", r, strings.Join(UserRoles()[:len(UserRoles())-1], ", "))
		}
	}
	o := c.Office.OIDC
	if o == nil {
		return
	}
	if o.Name == "" {
		d.At("office.oidc.name", "missing: the button shows it")
	}
	u, err := url.Parse(o.Issuer)
	switch {
	case err != nil || u.Hostname() == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil:
		d.At("office.oidc.issuer", "%q: want the issuer's address such as https://sso.example.gov.cn", o.Issuer)
	case u.Scheme != "https" && !(u.Scheme == "http" && loopback(u.Hostname())):
		d.At("office.oidc.issuer", "%q: want https: who is in between could say that he is anybody", o.Issuer)
	}
	if o.ClientID == "" {
		d.At("office.oidc.client_id", "missing: the name of this office at the issuer")
	}
	if o.ClientSecretFile == "" {
		d.At("office.oidc.client_secret_file", "missing: name the file that holds the secret, one line")
	} else if _, err := secretOf(o.ClientSecretFile); err != nil {
		d.At("office.oidc.client_secret_file", "%v", err)
	}
}

// secretOf reads a secret from its file: one line that only its owner can read.
func secretOf(file string) (string, error) {
	info, err := os.Stat(file)
	if err != nil {
		return "", err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return "", fmt.Errorf("%s: others can read it: chmod 600", file)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	secret := strings.TrimSpace(string(data))
	if secret == "" || strings.ContainsAny(secret, "\r\n") {
		return "", fmt.Errorf("%s: want one line", file)
	}
	return secret, nil
}

// sso is the single sign-on of the office; nil: none.
func (o Office) sso(reached string) (*web.SSO, error) {
	if o.OIDC == nil {
		return nil, nil
	}
	secret, err := secretOf(o.OIDC.ClientSecretFile)
	if err != nil {
		return nil, fmt.Errorf("office.oidc: %w", err)
	}
	at := strings.TrimSuffix(o.URL, "/")
	if at == "" {
		at = "http://" + reached
	}
	return &web.SSO{Name: o.OIDC.Name, Issuer: o.OIDC.Issuer, ClientID: o.OIDC.ClientID, Secret: web.Secret(secret), Claim: o.OIDC.Claim, URL: at}, nil
}

// secondFactor are the roles that do not come in without one.
func (o Office) secondFactor() []access.Role {
	var roles []access.Role
	for _, r := range o.SecondFactor {
		roles = append(roles, access.Role(r))
	}
	return roles
}
