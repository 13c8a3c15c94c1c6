#include "fixd/venue_order.hpp"

#include <algorithm>

#include "fixd/instructions_bytes.hpp"

namespace trade::fixd {

namespace {

void write_terms(ByteWriter& writer, const VenueTerms& terms) {
  for (const std::int64_t number : {terms.quantity.shares, terms.limit_price.units, terms.stop_price.units})
    writer.write(number);
}

void read_terms(ByteReader& reader, VenueTerms& terms) {
  for (std::int64_t* number : {&terms.quantity.shares, &terms.limit_price.units, &terms.stop_price.units})
    *number = reader.read<std::int64_t>();
}

}  // namespace

const VenueRequest* VenueOrder::request(std::uint32_t number) const {
  const auto found = std::ranges::find(open, number, &VenueRequest::number);
  return found == open.end() ? nullptr : &*found;
}

void VenueOrder::close(std::uint32_t number) {
  std::erase_if(open, [number](const VenueRequest& request) { return request.number == number; });
}

void write_venue_order(ByteWriter& writer, const VenueOrder& order) {
  writer.write(order.id.value);
  writer.write(order.venue.value);
  writer.write_text(order.symbol);
  writer.write(order.side);
  writer.write(order.type);
  writer.write(order.time_in_force);
  writer.write(order.state);
  write_instructions(writer, order.instructions);
  write_short_sale(writer, order.instructions);
  write_terms(writer, order.terms);
  writer.write(order.current);
  writer.write_text(order.venue_order_id);
  writer.write(static_cast<std::uint8_t>(order.over));
  writer.write(static_cast<std::uint32_t>(order.open.size()));
  for (const VenueRequest& request : order.open) {
    writer.write(request.number);
    writer.write(request.kind);
    write_terms(writer, request.terms);
    writer.write(static_cast<std::uint8_t>(request.sent));
  }
  writer.write_text(order.account);
}

bool read_venue_order(ByteReader& reader, VenueOrder& order) {
  order.id.value = reader.read<std::uint64_t>();
  order.venue.value = reader.read<std::uint32_t>();
  order.symbol = reader.read_text();
  bool good = read_value(reader, order.side) && read_value(reader, order.type) &&
              read_value(reader, order.time_in_force) && read_value(reader, order.state);
  good = read_instructions(reader, order.instructions) && good;
  good = read_short_sale(reader, order.instructions) && good;
  read_terms(reader, order.terms);
  order.current = reader.read<std::uint32_t>();
  order.venue_order_id = reader.read_text();
  order.over = reader.read<std::uint8_t>() != 0;
  const auto count = reader.read<std::uint32_t>();
  for (std::uint32_t i = 0; i < count && good && reader.ok(); ++i) {
    VenueRequest request;
    request.number = reader.read<std::uint32_t>();
    good = read_value(reader, request.kind);
    read_terms(reader, request.terms);
    request.sent = reader.read<std::uint8_t>() != 0;
    order.open.push_back(request);
  }
  // An older row ends here.
  if (good && !reader.at_end()) order.account = reader.read_text();
  return good && reader.ok() && reader.at_end() && order.id && order.venue;
}

}  // namespace trade::fixd
