// Checks what migledger exports and proves, with the packages of Go's checksum database: nothing in
// it was written for migledger but the names of files and the parsing of three lines.
//
//	checker log DIR KEY                    the whole of an exported log
//	checker flips DIR KEY                  the log, and that every byte of it matters
//	checker inclusion PROOF ENTRY KEY      a tlog-proof
//	checker consistency PROOF OLD KEY      from the checkpoint OLD to that in PROOF
//
// KEY is the text of a public key. Exits with 1, saying why, when something does not hold.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

// The files of a log, by their path from its top.
type files map[string][]byte

func readFiles(dir string) (files, error) {
	all := files{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		all[filepath.ToSlash(name)], err = os.ReadFile(path)
		return err
	})
	return all, err
}

// checkpoint opens a signed checkpoint.
func checkpoint(text []byte, key string) (tlog.Tree, error) {
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return tlog.Tree{}, err
	}
	opened, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	// The package takes any spare bits at the end of base64: the one thing that can be changed in a
	// note without changing what it says.
	for _, signature := range opened.Sigs {
		if _, err := base64.StdEncoding.Strict().DecodeString(signature.Base64); err != nil {
			return tlog.Tree{}, err
		}
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return tlog.Tree{}, fmt.Errorf("the checkpoint has not three lines")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || strconv.FormatInt(size, 10) != lines[1] {
		return tlog.Tree{}, fmt.Errorf("the size is not a number")
	}
	root, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return tlog.Tree{}, fmt.Errorf("the root is not a hash")
	}
	tree := tlog.Tree{N: size}
	copy(tree.Hash[:], root)
	return tree, nil
}

// tlog-tiles has no height in its paths.
func tilePath(tile tlog.Tile) string {
	return "tile" + strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d", height))
}

type reader struct {
	files files
	used  map[string]bool
}

func (r reader) Height() int { return height }

func (r reader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var data [][]byte
	for _, tile := range tiles {
		path := tilePath(tile)
		content, found := r.files[path]
		if !found {
			return nil, fmt.Errorf("%s is missing", path)
		}
		if len(content) != tile.W*tlog.HashSize {
			return nil, fmt.Errorf("%s has %d bytes", path, len(content))
		}
		r.used[path] = true
		data = append(data, content)
	}
	return data, nil
}

func (r reader) SaveTiles([]tlog.Tile, [][]byte) {}

// checkLog recomputes every leaf from its entry, holds it and every hash in every tile against the
// signed root, and wants no other files.
func checkLog(all files, key string) (int64, error) {
	text, found := all["checkpoint"]
	if !found {
		return 0, fmt.Errorf("there is no checkpoint")
	}
	tree, err := checkpoint(text, key)
	if err != nil {
		return 0, err
	}
	if tree.N > 1<<24 {
		return 0, fmt.Errorf("%d entries are more than this checks", tree.N)
	}
	r := reader{all, map[string]bool{"checkpoint": true}}
	hashes := tlog.TileHashReader(tree, r)
	var indexes []int64
	for level := 0; tree.N>>(height*level) > 0; level++ {
		for n := int64(0); n < tree.N>>(height*level); n++ {
			indexes = append(indexes, tlog.StoredHashIndex(height*level, n))
		}
	}
	signed, err := hashes.ReadHashes(indexes)
	if err != nil {
		return 0, err
	}
	for first := int64(0); first < tree.N; first += 1 << height {
		width := tree.N - first
		if width > 1<<height {
			width = 1 << height
		}
		path := tilePath(tlog.Tile{H: height, L: 0, N: first >> height, W: int(width)})
		path = strings.Replace(path, "tile/0/", "tile/entries/", 1)
		bundle, found := all[path]
		if !found {
			return 0, fmt.Errorf("%s is missing", path)
		}
		r.used[path] = true
		for i := int64(0); i < width; i++ {
			if len(bundle) < 2 || len(bundle) < 2+int(binary.BigEndian.Uint16(bundle)) {
				return 0, fmt.Errorf("%s ends within entry %d", path, first+i)
			}
			size := 2 + int(binary.BigEndian.Uint16(bundle))
			if tlog.RecordHash(bundle[2:size]) != signed[first+i] {
				return 0, fmt.Errorf("entry %d is not the one that was signed for", first+i)
			}
			bundle = bundle[size:]
		}
		if len(bundle) != 0 {
			return 0, fmt.Errorf("%s goes on after its last entry", path)
		}
	}
	for path := range all {
		if !r.used[path] && !strings.Contains(path, ".p/") {
			return 0, fmt.Errorf("%s is no part of the log", path)
		}
	}
	return tree.N, nil
}

// checkFlips flips the lowest bit of every byte, one after the other.
func checkFlips(all files, key string) (int, error) {
	var paths []string
	for path := range all {
		paths = append(paths, path)
	}
	sort.Strings(paths)
	flips := 0
	for _, path := range paths {
		content := all[path]
		for i := range content {
			content[i] ^= 1
			if _, err := checkLog(all, key); err == nil {
				return flips, fmt.Errorf("byte %d of %s can be changed unnoticed", i, path)
			}
			content[i] ^= 1
			flips++
		}
	}
	return flips, nil
}

// proof takes apart "FIRST N\nhash…\n\ncheckpoint".
func proof(text []byte, word string) (int64, []tlog.Hash, []byte, error) {
	head, rest, found := bytes.Cut(text, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	if !found || !strings.HasPrefix(lines[0], word+" ") {
		return 0, nil, nil, fmt.Errorf("it does not begin with %q", word)
	}
	n, err := strconv.ParseInt(strings.TrimPrefix(lines[0], word+" "), 10, 64)
	if err != nil {
		return 0, nil, nil, err
	}
	var hashes []tlog.Hash
	for _, line := range lines[1:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return 0, nil, nil, err
		}
		hashes = append(hashes, hash)
	}
	return n, hashes, rest, nil
}

func checkInclusion(text, entry []byte, key string) (int64, error) {
	body := bytes.TrimPrefix(text, []byte("c2sp.org/tlog-proof@v1\n"))
	if len(body) == len(text) {
		return 0, fmt.Errorf("it is no tlog-proof")
	}
	index, hashes, signed, err := proof(body, "index")
	if err != nil {
		return 0, err
	}
	tree, err := checkpoint(signed, key)
	if err != nil {
		return 0, err
	}
	return index, tlog.CheckRecord(hashes, tree.N, tree.Hash, index, tlog.RecordHash(entry))
}

func checkConsistency(text, old []byte, key string) (int64, error) {
	size, hashes, signed, err := proof(text, "old")
	if err != nil {
		return 0, err
	}
	tree, err := checkpoint(signed, key)
	if err != nil {
		return 0, err
	}
	before, err := checkpoint(old, key)
	if err != nil {
		return 0, err
	}
	if before.N != size {
		return 0, fmt.Errorf("it is a proof from %d, and the checkpoint has %d", size, before.N)
	}
	return tree.N, tlog.CheckTree(hashes, tree.N, tree.Hash, before.N, before.Hash)
}

func run(arguments []string) (string, error) {
	if len(arguments) == 3 && (arguments[0] == "log" || arguments[0] == "flips") {
		all, err := readFiles(arguments[1])
		if err != nil {
			return "", err
		}
		size, err := checkLog(all, arguments[2])
		if err != nil || arguments[0] == "log" {
			return fmt.Sprintf("%d entries", size), err
		}
		flips, err := checkFlips(all, arguments[2])
		return fmt.Sprintf("%d entries, %d flips", size, flips), err
	}
	if len(arguments) == 4 {
		first, err := os.ReadFile(arguments[1])
		if err != nil {
			return "", err
		}
		second, err := os.ReadFile(arguments[2])
		if err != nil {
			return "", err
		}
		switch arguments[0] {
		case "inclusion":
			index, err := checkInclusion(first, second, arguments[3])
			return fmt.Sprintf("entry %d", index), err
		case "consistency":
			size, err := checkConsistency(first, second, arguments[3])
			return fmt.Sprintf("%d entries", size), err
		}
	}
	return "", fmt.Errorf("see the head of main.go for how to call this")
}

func main() {
	said, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "checker:", err)
		os.Exit(1)
	}
	fmt.Println(said)
}
