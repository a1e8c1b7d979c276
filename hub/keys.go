package hub

import (
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hpke"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"

	"hallpulse/firmware-protocol/uplink"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/private"
)

// The files of the folder keys. Each is read by its owner alone. None is in a backup of the database: who holds both
// can read every citizen's words.
const (
	keysFolder = "keys"
	caFile     = "ca.crt"      // the certificate whose fingerprint agents are enrolled with
	caKeyFile  = "ca.key"      // signs the broker's certificate
	boxKeyFile = "box.key"     // X25519: opens what agents seal to the hub
	vaultFile  = "private.key" // seals citizens' texts, names and phones in the database
	erasedFile = "erased"      // names what was erased for ever
)

// keyring is the hub's keys, read.
type keyring struct {
	ca    *x509.Certificate
	caKey *ecdsa.PrivateKey
	box   hpke.PrivateKey
	vault *private.Vault
}

// createKeys makes all keys in data/keys, whole or not at all, and never over existing ones.
func createKeys(data string) (folder string, err error) {
	folder = filepath.Join(data, keysFolder)
	if _, err := os.Lstat(folder); !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("%s is there already: a new key would make all that the old one sealed unreadable, and every agent would have to be enrolled again", folder)
	}
	files, err := makeKeys()
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(data, 0o700); err != nil {
		return "", err
	}
	draft, err := os.MkdirTemp(data, keysFolder+"-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(draft)
	for name, content := range files {
		if err := writeSynced(filepath.Join(draft, name), content); err != nil {
			return "", err
		}
	}
	if err := os.Rename(draft, folder); err != nil {
		return "", err
	}
	return folder, syncFolder(data)
}

func makeKeys() (map[string][]byte, error) {
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	form := certificateForm("HallPulse hub")
	form.IsCA, form.BasicConstraintsValid, form.MaxPathLenZero = true, true, true
	form.KeyUsage = x509.KeyUsageCertSign
	ca, err := x509.CreateCertificate(rand.Reader, form, form, caKey.Public(), caKey)
	if err != nil {
		return nil, err
	}
	caKeyDER, err := x509.MarshalPKCS8PrivateKey(caKey)
	if err != nil {
		return nil, err
	}
	box, err := hpke.DHKEM(ecdh.X25519()).GenerateKey()
	if err != nil {
		return nil, err
	}
	boxKey, err := box.Bytes()
	if err != nil {
		return nil, err
	}
	vault, err := private.WriteKeyFile(newVaultKey())
	if err != nil {
		return nil, err
	}
	return map[string][]byte{caFile: ca, caKeyFile: caKeyDER, boxKeyFile: boxKey, vaultFile: vault}, nil
}

// certificateForm is a certificate that holds for ever: an agent whose clock has never been set must be able to check
// it. Trust is the fingerprint in the enrolment line, and ends with the agent's own password.
func certificateForm(name string) *x509.Certificate {
	serial := make([]byte, 16)
	rand.Read(serial)
	return &x509.Certificate{
		SerialNumber: new(big.Int).SetBytes(serial),
		Subject:      pkix.Name{CommonName: name},
		NotBefore:    time.Unix(0, 0),
		NotAfter:     time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC), // RFC 5280 §4.1.2.5
	}
}

// readKeys reads what createKeys made.
func readKeys(data string) (*keyring, error) {
	files := map[string][]byte{}
	for _, name := range []string{caFile, caKeyFile, boxKeyFile, vaultFile} {
		content, err := readKeyFile(filepath.Join(data, keysFolder, name))
		if err != nil {
			return nil, err
		}
		files[name] = content
	}
	damaged := func(name string, err error) error {
		return fmt.Errorf("%s is damaged (%w): put the folder back from where you keep it", filepath.Join(data, keysFolder, name), err)
	}
	ca, err := x509.ParseCertificate(files[caFile])
	if err != nil {
		return nil, damaged(caFile, err)
	}
	caKey, err := x509.ParsePKCS8PrivateKey(files[caKeyFile])
	signer, ok := caKey.(*ecdsa.PrivateKey)
	if err != nil || !ok || !signer.PublicKey.Equal(ca.PublicKey) {
		return nil, damaged(caKeyFile, errors.Join(err, errors.New("not the key of "+caFile)))
	}
	box, err := hpke.DHKEM(ecdh.X25519()).NewPrivateKey(files[boxKeyFile])
	if err != nil {
		return nil, damaged(boxKeyFile, err)
	}
	secrets, err := private.ReadKeyFile(files[vaultFile])
	if err != nil {
		return nil, damaged(vaultFile, err)
	}
	vault, err := private.New(secrets...)
	if err != nil {
		return nil, damaged(vaultFile, err)
	}
	return &keyring{ca, signer, box, vault}, nil
}

func newVaultKey() []byte {
	key := make([]byte, private.KeySize)
	rand.Read(key)
	return key
}

// vaultKeys reads the keys of the vault, the newest first.
func vaultKeys(data string) ([][]byte, error) {
	file, err := readKeyFile(filepath.Join(data, keysFolder, vaultFile))
	if err != nil {
		return nil, err
	}
	return private.ReadKeyFile(file)
}

// writeVaultKeys replaces the keys of the vault. When it returns nil the new ones survive a power cut; the old ones are in
// the file no more.
func writeVaultKeys(data string, keys ...[]byte) error {
	file, err := private.WriteKeyFile(keys...)
	if err != nil {
		return err
	}
	return replaceSynced(filepath.Join(data, keysFolder, vaultFile), file)
}

// readKeyFile refuses a key that others than its owner could read.
func readKeyFile(file string) ([]byte, error) {
	info, err := os.Stat(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s is missing: run `hall-hub init` for a new hub, or put the folder %s back from where you keep it", file, keysFolder)
	}
	if err != nil {
		return nil, err
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return nil, fmt.Errorf("%s can be read by others (mode %04o): run `chmod 600 %s`, and think about who has read it", file, mode, file)
	}
	return os.ReadFile(file)
}

// fingerprint is what an enrolment line says of the hub: SHA-256 of the CA certificate, hex.
func (k *keyring) fingerprint() string {
	sum := sha256.Sum256(k.ca.Raw)
	return hex.EncodeToString(sum[:])
}

// boxKey is the public half of the box key as agents are told it.
func (k *keyring) boxKey() string {
	return base64.RawURLEncoding.EncodeToString(k.box.PublicKey().Bytes())
}

// openBox opens what an agent sealed to the hub, and seals it as all private texts are kept. What was sealed to another agent
// is kept as it came: the hub carries it, and nobody here opens it.
func (k *keyring) openBox(b uplink.Box) (intake.Box, string, error) {
	if b.Key != uplink.BoxKeyID(k.box.PublicKey()) {
		line, err := b.Encode()
		if err != nil {
			return intake.Box{}, "", err
		}
		f, _, err := k.vault.File(b.Ref, private.Text{Words: string(line)}, private.Label{})
		return boxOf(f), b.SHA(), err
	}
	salt, plain, err := uplink.Open(k.box, b)
	if err != nil {
		return intake.Box{}, "", err
	}
	f, err := k.vault.FileAs(b.Ref, salt, plain)
	if err != nil {
		return intake.Box{}, "", err
	}
	return intake.Box{Ref: f.Ref, Salt: f.Salt, Sealed: f.Sealed, Label: f.Label}, uplink.SaltedSHA(salt, plain), nil
}

// serverTLS makes a fresh certificate for the broker, for the advertised host and for this machine. It is made anew at
// each start: there is no file of it to expire, to lose, or to name an old address.
func (k *keyring) serverTLS(advertise string) (*tls.Config, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	form := certificateForm("HallPulse broker")
	form.KeyUsage, form.ExtKeyUsage = x509.KeyUsageDigitalSignature, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	form.DNSNames = []string{"localhost"}
	form.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
	if host, _, err := net.SplitHostPort(advertise); err != nil {
		return nil, fmt.Errorf("broker.advertise: %w", err)
	} else if ip := net.ParseIP(host); ip != nil {
		form.IPAddresses = append(form.IPAddresses, ip)
	} else {
		form.DNSNames = append(form.DNSNames, host)
	}
	leaf, err := x509.CreateCertificate(rand.Reader, form, k.ca, key.Public(), k.caKey)
	if err != nil {
		return nil, fmt.Errorf("broker certificate: %w", err)
	}
	return &tls.Config{
		MinVersion:   tls.VersionTLS12,
		Certificates: []tls.Certificate{{Certificate: [][]byte{leaf, k.ca.Raw}, PrivateKey: key}},
	}, nil
}
