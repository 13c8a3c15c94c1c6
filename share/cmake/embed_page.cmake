# Writes a C++ file that holds the files of the page. Usage: cmake -DFILES=a;b -DOUTPUT=page_files.cpp -P embed_page.cmake
set(entries "")
foreach(file IN LISTS FILES)
  get_filename_component(name ${file} NAME)
  # As text between delimiters: a file would have to hold `)trade_page"` to end it early. A ';' and brackets would make a
  # list of it, so they are read as bytes.
  file(READ ${file} hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" bytes "${hex}")
  # A literal is made of short ones: compilers bound the length of a line.
  set(byte "(\\\\x[0-9a-f][0-9a-f])")
  string(REGEX REPLACE "(${byte}${byte}?${byte}?${byte}?${byte}?${byte}?${byte}?${byte}?)" "    \"\\1\"\n" lines "${bytes}")
  string(LENGTH "${hex}" digits)
  math(EXPR size "${digits} / 2")
  string(APPEND entries "  PageFile{\"${name}\", std::string_view(\n${lines}    , ${size})},\n")
endforeach()
file(WRITE ${OUTPUT} "// Made from share/web by the build.
#include \"gatewayd/page.hpp\"

namespace trade::gatewayd {

namespace {

constexpr PageFile files[] = {
${entries}};

}  // namespace

std::span<const PageFile> built_in_page_files() {
  return files;
}

}  // namespace trade::gatewayd
")
