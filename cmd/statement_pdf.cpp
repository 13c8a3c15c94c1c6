#include "statement_pdf.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include <hpdf.h>

namespace trade::cmd {

namespace {

// All in points, a 72nd of an inch; heights count from the bottom of the page.
constexpr float page_width = 595.276F;  // A4
constexpr float page_height = 841.89F;
constexpr float margin = 42.F;
constexpr float left_edge = margin;
constexpr float right_edge = page_width - margin;
constexpr float top = page_height - margin;
constexpr float bottom = margin + 22.F;  ///< of what is written; the page's number is below
constexpr float text_size = 8.F;
constexpr float title_size = 14.F;
constexpr float row_height = 12.F;
constexpr float column_gap = 6.F;

enum class Align : std::uint8_t { left, right };

struct Column {
  const char* heading;
  Align align;
  float begin;
  float end;
};

constexpr std::array<Column, 8> movement_columns{{{"TIME (UTC)", Align::left, left_edge, 128},
                                                  {"WHAT", Align::left, 128, 182},
                                                  {"SYMBOL", Align::left, 182, 238},
                                                  {"QUANTITY", Align::right, 238, 292},
                                                  {"PRICE", Align::right, 292, 350},
                                                  {"AMOUNT", Align::right, 350, 422},
                                                  {"REALIZED", Align::right, 422, 482},
                                                  {"BALANCE", Align::right, 482, right_edge}}};
constexpr std::array<Column, 4> position_columns{{{"SYMBOL", Align::left, left_edge, 200},
                                                  {"QUANTITY", Align::right, 200, 300},
                                                  {"AVERAGE COST", Align::right, 300, 420},
                                                  {"COST", Align::right, 420, right_edge}}};

/// "2026-03-02 14:30:00"
std::string time_text(Timestamp time) {
  std::string text = format_timestamp(time).substr(0, 19);
  text[10] = ' ';
  return text;
}

std::string period_text(Timestamp from, Timestamp to) {
  if (!from && !to) return "All that moved";
  if (!to) return "From " + time_text(from) + " UTC";
  if (!from) return "Until " + time_text(to) + " UTC";
  return "From " + time_text(from) + " to " + time_text(to) + " UTC";
}

struct FreeDocument {
  void operator()(HPDF_Doc document) const { HPDF_Free(document); }
};

/// Rows from the top down, page after page. The library keeps its first error, and does nothing after it.
class Writer {
 public:
  explicit Writer(std::string title, std::string subtitle)
      : document_(HPDF_New(nullptr, nullptr)), title_(std::move(title)), subtitle_(std::move(subtitle)) {
    if (document_ == nullptr) return;
    HPDF_SetCompressionMode(document_.get(), HPDF_COMP_ALL);
    HPDF_SetInfoAttr(document_.get(), HPDF_INFO_TITLE, title_.c_str());
    // Built into every reader, so that none need be part of the file.
    plain_ = HPDF_GetFont(document_.get(), "Helvetica", "WinAnsiEncoding");
    bold_ = HPDF_GetFont(document_.get(), "Helvetica-Bold", "WinAnsiEncoding");
    begin_page({});
  }

  /// The rows that follow have these columns, whose headings every page repeats.
  void begin_table(std::span<const Column> columns, const char* what) {
    // A heading alone at the end of a page would be of no use.
    if (height_ - 4 * row_height < bottom) begin_page({});
    height_ -= row_height;
    text(bold_, text_size + 1, left_edge, height_, what);
    height_ -= 1.5F * row_height;
    columns_ = columns;
    write_headings();
  }
  void end_table() { columns_ = {}; }

  void row(std::span<const std::string> cells) {
    if (height_ < bottom) begin_page(columns_);
    for (std::size_t i = 0; i < cells.size(); ++i)
      cell(plain_, columns_[i], cells[i]);
    height_ -= row_height;
  }
  /// A line of two: what it is, and how much.
  void sum(const char* name, const std::string& amount) {
    if (height_ < bottom) begin_page({});
    text(plain_, text_size + 1, left_edge, height_, name);
    text_to(bold_, text_size + 1, left_edge + 190, height_, amount);
    height_ -= row_height + 1;
  }
  void note(const char* words) {
    if (height_ < bottom) begin_page(columns_);
    text(plain_, text_size, left_edge, height_, words);
    height_ -= row_height;
  }

  Result<std::string> finish() {
    const std::string of_all = " of " + std::to_string(pages_.size());
    for (std::size_t i = 0; i < pages_.size(); ++i) {
      page_ = pages_[i];
      text(plain_, text_size, left_edge, margin, title_);
      text_to(plain_, text_size, right_edge, margin, "Page " + std::to_string(i + 1) + of_all);
    }
    if (document_ == nullptr || HPDF_SaveToStream(document_.get()) != HPDF_OK) return failed();
    std::string bytes(HPDF_GetStreamSize(document_.get()), '\0');
    auto size = static_cast<HPDF_UINT32>(bytes.size());
    if (HPDF_ReadFromStream(document_.get(), reinterpret_cast<HPDF_BYTE*>(bytes.data()), &size) != HPDF_OK ||
        size != bytes.size()) {
      return failed();
    }
    return bytes;
  }

 private:
  [[nodiscard]] std::unexpected<Error> failed() const {
    const unsigned long code =
        document_ == nullptr ? HPDF_FAILD_TO_ALLOC_MEM : HPDF_GetError(document_.get());
    return fail(ErrorCode::internal, "the PDF cannot be made: libharu reports error " + std::to_string(code),
                "--output csv has the movements, too");
  }

  void begin_page(std::span<const Column> columns) {
    page_ = HPDF_AddPage(document_.get());
    pages_.push_back(page_);
    HPDF_Page_SetWidth(page_, page_width);
    HPDF_Page_SetHeight(page_, page_height);
    height_ = top - title_size;
    text(bold_, title_size, left_edge, height_, title_);
    height_ -= 1.4F * row_height;
    text(plain_, text_size + 1, left_edge, height_, subtitle_);
    height_ -= 2 * row_height;
    columns_ = columns;
    if (!columns_.empty()) write_headings();
  }
  void write_headings() {
    for (const Column& column : columns_)
      cell(bold_, column, column.heading);
    HPDF_Page_SetLineWidth(page_, 0.5F);
    HPDF_Page_MoveTo(page_, left_edge, height_ - 3);
    HPDF_Page_LineTo(page_, right_edge, height_ - 3);
    HPDF_Page_Stroke(page_);
    height_ -= row_height + 3;
  }
  /// What is wider than its column is written smaller.
  void cell(HPDF_Font font, const Column& column, const std::string& words) {
    HPDF_Page_SetFontAndSize(page_, font, text_size);
    const float width = HPDF_Page_TextWidth(page_, words.c_str());
    const float room = column.end - column.begin - column_gap;
    const float size = width > room ? text_size * room / width : text_size;
    if (column.align == Align::right) {
      text_to(font, size, column.end, height_, words);
    } else {
      text(font, size, column.begin, height_, words);
    }
  }
  /// From there to the right.
  void text(HPDF_Font font, float size, float x, float y, const std::string& words) {
    HPDF_Page_SetFontAndSize(page_, font, size);
    HPDF_Page_BeginText(page_);
    HPDF_Page_TextOut(page_, x, y, words.c_str());
    HPDF_Page_EndText(page_);
  }
  /// Ends there.
  void text_to(HPDF_Font font, float size, float x, float y, const std::string& words) {
    HPDF_Page_SetFontAndSize(page_, font, size);
    text(font, size, x - HPDF_Page_TextWidth(page_, words.c_str()), y, words);
  }

  std::unique_ptr<std::remove_pointer_t<HPDF_Doc>, FreeDocument> document_;
  std::string title_;
  std::string subtitle_;
  HPDF_Font plain_ = nullptr;
  HPDF_Font bold_ = nullptr;
  std::vector<HPDF_Page> pages_;
  HPDF_Page page_ = nullptr;
  std::span<const Column> columns_;
  float height_ = 0;  ///< of the next row's base line
};

std::array<std::string, 8> cells_of(const StatementLine& line) {
  std::string kind = line.kind;
  std::ranges::replace(kind, '_', ' ');
  return {time_text(line.timestamp),
          kind,
          line.symbol,
          line.quantity ? format_quantity(line.quantity) : "",
          line.price ? format_price(line.price) : "",
          format_money(line.amount),
          line.realized_pnl ? format_money(line.realized_pnl) : "",
          format_money(line.balance)};
}

}  // namespace

Result<std::string> statement_pdf(const StatementDocument& document) {
  const Statement& statement = document.statement;
  if (statement.lines.size() > statement_pdf_movements_max) {
    return fail(ErrorCode::usage,
                "a PDF of " + std::to_string(statement.lines.size()) + " movements: it holds at most " +
                    std::to_string(statement_pdf_movements_max),
                "take a shorter time with --from and --to, or --output csv");
  }
  Writer writer("Statement of " + document.account, period_text(document.from, document.to));
  writer.sum("Opening balance", format_money(statement.opening_balance));
  writer.sum("Deposits", format_money(statement.deposits));
  writer.sum("Withdrawals", format_money(statement.withdrawals));
  writer.sum("Bought", format_money(statement.bought));
  writer.sum("Sold", format_money(statement.sold));
  writer.sum("Realized profit and loss", format_money(statement.realized_pnl));
  writer.sum("Borrowing fees", format_money(statement.fees));
  writer.sum("Closing balance", format_money(statement.closing_balance));
  if (statement.lines.empty()) {
    writer.note("Nothing moved.");
  } else {
    writer.begin_table(movement_columns, "Movements");
    for (const StatementLine& line : statement.lines)
      writer.row(cells_of(line));
    writer.end_table();
  }
  if (statement.positions.empty()) {
    writer.note("No positions at the end.");
  } else {
    writer.begin_table(position_columns, "Positions at the end, at cost");
    for (const StatementPosition& position : statement.positions) {
      writer.row(std::array<std::string, 4>{position.symbol, format_quantity(position.quantity),
                                            format_price(average_price(position.cost, position.quantity)),
                                            format_money(position.cost)});
    }
    writer.end_table();
  }
  return writer.finish();
}

}  // namespace trade::cmd
