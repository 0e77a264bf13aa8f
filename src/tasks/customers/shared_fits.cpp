#include "tasks/customers/shared_fits.h"

#include <bit>
#include <cstdint>
#include <cstring>

#include "core/error.h"

namespace cellwise::customers {
namespace {

/// Everything is sent as eight bytes: numbers as they are, counts as whole numbers.
class Writer {
public:
    void add(double value) { add(std::bit_cast<std::uint64_t>(value)); }
    void add(std::uint64_t value) {
        const auto place = bytes_.size();
        bytes_.resize(place + sizeof value);
        std::memcpy(bytes_.data() + place, &value, sizeof value);
    }
    [[nodiscard]] const std::vector<std::byte>& bytes() const { return bytes_; }

private:
    std::vector<std::byte> bytes_;
};

class Reader {
public:
    explicit Reader(std::span<const std::byte> bytes) : bytes_(bytes) {}
    [[nodiscard]] bool at_end() const { return bytes_.empty(); }
    [[nodiscard]] std::uint64_t whole() {
        std::uint64_t value = 0;
        if (bytes_.size() < sizeof value) throw InternalError("a process sent half a result");
        std::memcpy(&value, bytes_.data(), sizeof value);
        bytes_ = bytes_.subspan(sizeof value);
        return value;
    }
    [[nodiscard]] double number() { return std::bit_cast<double>(whole()); }

private:
    std::span<const std::byte> bytes_;
};

template <class Visit>
void visit_measures(Visit&& visit) {
    for (const bool is_classification : {true, false}) {
        for (const auto& metric : metrics_of(is_classification)) visit(metric);
    }
}

void write(Writer& writer, const PlacedFit& fit) {
    writer.add(static_cast<std::uint64_t>(fit.place));
    visit_measures([&](const Metric& metric) {
        const auto value = fit.result.figures.*metric.value;
        writer.add(static_cast<std::uint64_t>(value.has_value()));
        writer.add(value.value_or(0));
    });
    writer.add(fit.result.seconds);
    writer.add(fit.result.threshold);
    writer.add(static_cast<std::uint64_t>(fit.result.answers.size()));
    for (const double answer : fit.result.answers) writer.add(answer);
}

PlacedFit read(Reader& reader) {
    PlacedFit fit;
    fit.place = reader.whole();
    visit_measures([&](const Metric& metric) {
        const bool is_there = reader.whole() != 0;
        const double value = reader.number();
        if (is_there) fit.result.figures.*metric.value = value;
    });
    fit.result.seconds = reader.number();
    fit.result.threshold = reader.number();
    const auto count = reader.whole();
    for (std::uint64_t i = 0; i < count; ++i) fit.result.answers.push_back(reader.number());
    return fit;
}

}  // namespace

std::vector<PlacedFit> exchange_fits(Communicator& processes, std::span<const PlacedFit> own) {
    Writer writer;
    for (const auto& fit : own) write(writer, fit);
    std::vector<PlacedFit> all;
    for (const auto& bytes : processes.gather(writer.bytes())) {
        for (Reader reader(bytes); !reader.at_end();) all.push_back(read(reader));
    }
    return all;
}

}  // namespace cellwise::customers
