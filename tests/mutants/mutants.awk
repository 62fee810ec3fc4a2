# Reads tables of mutants (tests/mutants/*.mutants):
#
#   mutant NAME
#   file PATH
#   why WORDS
#   -the text as it is, which occurs once in the file; several lines stand for several
#   +the text in its place; none: it is left out
#
#   awk -v task=list …                     prints "NAME PATH" of each
#   awk -v root=DIR -v task=check …        exits with 1 and says why when a mutant cannot be applied
#   awk -v root=DIR -v task=apply -v name=NAME …    applies that one

function content(path,    line, all, first) {
  if (path in contents) return contents[path]
  all = ""
  first = 1
  while ((getline line < (root "/" path)) > 0) {
    all = all (first ? "" : "\n") line
    first = 0
  }
  close(root "/" path)
  return contents[path] = all
}

function complain(words) {
  print table ": " mutant ": " words > "/dev/stderr"
  failed = 1
}

function finish(    text, at, rest) {
  if (mutant == "") return
  ++count
  if (task == "list") print mutant, path
  if (mutant in seen) complain("there is another of that name")
  seen[mutant] = 1
  if (task == "list" || (task == "apply" && mutant != name)) return
  if (path == "" || why == "" || old == "" || old == new) {
    complain("it needs a file, a line why it matters, a text, and another in its place")
    return
  }
  text = content(path)
  at = index(text, old)
  if (at == 0) {
    complain("its text is not in " path ": bring it up to date")
    return
  }
  rest = substr(text, at + 1)
  if (index(rest, old) != 0) {
    complain("its text occurs more than once in " path ": make it longer")
    return
  }
  if (task != "apply") return
  printf "%s%s%s\n", substr(text, 1, at - 1), new, substr(text, at + length(old)) > (root "/" path)
  close(root "/" path)
  applied = 1
}

function begin_text() { olds = news = 0; old = new = "" }

FNR == 1 { finish(); mutant = "" }
/^mutant / { finish(); mutant = substr($0, 8); table = FILENAME; path = why = ""; begin_text() }
/^file / { path = substr($0, 6) }
/^why / { why = substr($0, 5) }
/^-/ { old = old (olds++ ? "\n" : "") substr($0, 2) }
/^\+/ { new = new (news++ ? "\n" : "") substr($0, 2) }

END {
  finish()
  if (count == 0 || (task == "apply" && !applied && !failed)) {
    print "there is no such mutant" (name == "" ? "" : ": " name) > "/dev/stderr"
    failed = 1
  }
  exit failed
}
