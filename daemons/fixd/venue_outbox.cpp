// LMDB databases:
//   "venue_news"    number u64 -> what, venue u32, up u8, order u64, kind u8, request u32, four texts, six
//                   numbers i64
//   "venue_outbox"  "numbers" -> the outbox's id u64, number u64 of what comes next
#include "fixd/venue_outbox.hpp"

#include <algorithm>
#include <random>
#include <span>
#include <string_view>
#include <utility>

#include "fixd/instructions_bytes.hpp"
#include "store/key.hpp"
#include "store/rows.hpp"

namespace trade::fixd {

namespace {

void write_news(ByteWriter& writer, const VenueNews& news) {
  writer.write(news.what);
  writer.write(news.venue.value);
  writer.write(static_cast<std::uint8_t>(news.up));
  writer.write(news.order.value);
  writer.write(news.kind);
  writer.write(news.request);
  for (const std::string* text :
       {&news.execution_id, &news.reference_execution_id, &news.venue_order_id, &news.text}) {
    writer.write_text(*text);
  }
  for (const std::int64_t number : {news.quantity.shares, news.price.units, news.stop_price.units,
                                    news.cumulative.shares, news.leaves.shares, news.average_price.units}) {
    writer.write(number);
  }
}

bool read_news(ByteReader& reader, VenueNews& news) {
  news.what = reader.read<VenueNews::Kind>();
  news.venue.value = reader.read<std::uint32_t>();
  news.up = reader.read<std::uint8_t>() != 0;
  news.order.value = reader.read<std::uint64_t>();
  const bool good = read_value(reader, news.kind) &&
                    (news.what == VenueNews::Kind::report || news.what == VenueNews::Kind::session);
  news.request = reader.read<std::uint32_t>();
  for (std::string* text :
       {&news.execution_id, &news.reference_execution_id, &news.venue_order_id, &news.text}) {
    *text = reader.read_text();
  }
  for (std::int64_t* number : {&news.quantity.shares, &news.price.units, &news.stop_price.units,
                               &news.cumulative.shares, &news.leaves.shares, &news.average_price.units}) {
    *number = reader.read<std::int64_t>();
  }
  return good && reader.ok() && reader.at_end();
}

store::Bytes numbers_key() {
  return std::as_bytes(std::span(std::string_view("numbers")));
}

std::uint64_t random_id() {
  std::random_device random;
  const std::uint64_t high = random();
  return std::max<std::uint64_t>(high << 32U | random(), 1);
}

}  // namespace

CommandBody VenueNews::command(const OutboxNumber& number) const {
  if (what == Kind::session) return SetVenueSession{.venue = venue, .up = up, .number = number};
  VenueReport report;
  report.venue = venue;
  report.order = order;
  report.kind = kind;
  report.request = request;
  report.execution_id = execution_id;
  report.reference_execution_id = reference_execution_id;
  report.venue_order_id = venue_order_id;
  report.text = text;
  report.quantity = quantity;
  report.price = price;
  report.stop_price = stop_price;
  report.cumulative = cumulative;
  report.leaves = leaves;
  report.average_price = average_price;
  report.number = number;
  return report;
}

Status VenueOutbox::open(std::shared_ptr<store::Environment> environment) {
  for (auto [name, database] : {std::pair{"venue_news", &rows_}, {"venue_outbox", &about_}}) {
    auto opened = environment->open_database(name);
    if (!opened) return pass_on(std::move(opened));
    *database = *opened;
  }
  auto transaction = environment->begin_read();
  if (!transaction) return pass_on(std::move(transaction));
  auto numbers = transaction->get(about_, numbers_key());
  if (!numbers) return pass_on(std::move(numbers));
  if (*numbers) {
    ByteReader reader(**numbers);
    id_ = reader.read<std::uint64_t>();
    first_ = reader.read<std::uint64_t>();
  }
  const auto take = [&](store::KeyReader key, store::Bytes value) -> Status {
    const auto number = key.number<std::uint64_t>();
    if (news_.empty()) first_ = number;
    ByteReader reader(value);
    VenueNews news;
    if (!key.ok() || number != next() || !read_news(reader, news)) {
      return fail(ErrorCode::corrupt, "what fixd keeps in " + environment->path().string() + " is damaged",
                  "restore it from a backup, or move it away: then venues are asked what became of their "
                  "orders");
    }
    news_.push_back(std::move(news));
    return {};
  };
  if (Status read = store::for_each_row(*transaction, rows_, take); !read) return read;
  written();
  opened_next_ = next();
  // New, or of before what is told was numbered.
  if (id_ == 0) id_ = random_id();
  return {};
}

bool VenueOutbox::note_taken(const OutboxNumber& taken) {
  if (taken.outbox != id_ || taken.value <= opened_next_) return false;
  id_ = random_id();
  return true;
}

void VenueOutbox::push(VenueNews news) {
  news_.push_back(std::move(news));
}

void VenueOutbox::drop(std::size_t count) {
  count = std::min(count, news_.size());
  news_.erase(news_.begin(), news_.begin() + static_cast<std::ptrdiff_t>(count));
  first_ += count;
}

Status VenueOutbox::write(store::Transaction& transaction) const {
  for (std::uint64_t number = written_first_; number < std::min(first_, written_next_); ++number) {
    if (auto removed = transaction.remove(rows_, store::Key().number(number)); !removed)
      return pass_on(std::move(removed));
  }
  for (std::uint64_t number = std::max(first_, written_next_); number < next(); ++number) {
    ByteWriter value;
    write_news(value, news_[number - first_]);
    if (Status put = transaction.put(rows_, store::Key().number(number), value.bytes()); !put) return put;
  }
  if (id_ == written_id_ && next() == written_next_) return {};
  ByteWriter numbers;
  numbers.write(id_);
  numbers.write(next());
  return transaction.put(about_, numbers_key(), numbers.bytes());
}

void VenueOutbox::written() {
  written_id_ = id_;
  written_first_ = first_;
  written_next_ = next();
}

}  // namespace trade::fixd
