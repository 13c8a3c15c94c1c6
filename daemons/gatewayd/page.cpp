#include "gatewayd/page.hpp"

#include <array>
#include <cstdint>
#include <fstream>
#include <iterator>

#include "gatewayd/services.hpp"

namespace trade::gatewayd {

namespace {

/// TradingView's lightweight-charts, from npm: not ours to carry, so the page does without where it is not
/// there.
constexpr std::string_view chart_library = "lightweight-charts.js";
constexpr std::size_t chart_library_bytes_max = 4U << 20;

/// Scripts and styles are files of ours alone, and nobody frames the page.
constexpr const char* content_security_policy =
    "default-src 'self'; img-src 'self' data:; style-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; "
    "frame-ancestors 'none'";

std::string_view content_type_of(std::string_view name) {
  if (name.ends_with(".html")) return "text/html; charset=utf-8";
  if (name.ends_with(".js")) return "text/javascript; charset=utf-8";
  if (name.ends_with(".css")) return "text/css; charset=utf-8";
  if (name.ends_with(".svg")) return "image/svg+xml";
  return "application/octet-stream";
}

/// It tells versions of a file apart (FNV-1a); nothing rests on its being hard to forge.
std::string entity_tag_of(std::string_view text) {
  std::uint64_t hash = 0xcbf2'9ce4'8422'2325;
  for (const char c : text)
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100'0000'01b3;
  return "\"" + std::to_string(hash) + "-" + std::to_string(text.size()) + "\"";
}

http::Response answer_with(const Call& call, const PageFiles::File* file) {
  if (file == nullptr)
    return response_to(Surface::v1, {404, "not_found", "There is nothing at this address"});
  const bool known = call.request.header("if-none-match") == file->entity_tag;
  http::Response response(known ? 304 : 200, known ? "" : file->text, file->content_type);
  response.headers.push_back({"ETag", file->entity_tag});
  response.headers.push_back({"Cache-Control", "no-cache"});
  response.headers.push_back({"Content-Security-Policy", content_security_policy});
  response.headers.push_back({"Referrer-Policy", "no-referrer"});
  return response;
}

Task<http::Response> index(Call& call) {
  co_return answer_with(call, call.services.page.find("index.html"));
}

Task<http::Response> asset(Call& call) {
  co_return answer_with(call, call.services.page.find(call.arguments[0]));
}

constexpr std::array routes{
    Route{"GET", "/", Access::open, index},
    Route{"GET", "/assets/{name}", Access::open, asset},
};

}  // namespace

PageFiles::PageFiles(const std::filesystem::path& directory) {
  for (const PageFile& file : built_in_page_files())
    add(file.name, std::string(file.text));
  std::ifstream library(directory / chart_library, std::ios::binary);
  if (!library) return;
  std::string text{std::istreambuf_iterator<char>(library), {}};
  if (text.size() <= chart_library_bytes_max) add(chart_library, std::move(text));
}

void PageFiles::add(std::string_view name, std::string text) {
  std::string tag = entity_tag_of(text);
  files_.insert_or_assign(std::string(name),
                          File{std::move(text), std::string(content_type_of(name)), std::move(tag)});
}

const PageFiles::File* PageFiles::find(std::string_view name) const {
  const auto found = files_.find(name);
  return found == files_.end() ? nullptr : &found->second;
}

std::filesystem::path page_directory() {
  std::error_code ignored;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", ignored);
  return program.parent_path().parent_path() / "share" / "trade" / "web";
}

std::span<const Route> page_routes() {
  return routes;
}

}  // namespace trade::gatewayd
