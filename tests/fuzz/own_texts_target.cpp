// One's own labelled texts. The first byte chooses CSV, TSV or JSON lines.
#include <algorithm>
#include <array>

#include "core/utf8.h"
#include "data/reviews/text_table.h"
#include "fuzz/target.h"

CELLWISE_FUZZ_TARGET(own_texts) {
    using namespace cellwise;
    constexpr std::array names{"texts.csv", "texts.tsv", "texts.jsonl"};
    if (bytes.empty()) return;
    const auto* name = names[static_cast<unsigned char>(bytes.front()) % names.size()];
    const auto path = fuzz::scratch_file(name, bytes.substr(1));
    fuzz::may_refuse([&] {
        const auto rows = data::read_table(path, "text", "label").rows;
        for (const auto& row : rows) fuzz::require(!first_invalid_utf8(row.text), "a text is not UTF-8");
        // A CR that is left over stands before an LF only after CRCRLF; then the next reading takes it away.
        if (std::ranges::any_of(rows, [](const auto& row) { return row.text.find('\r') != std::string::npos; })) return;
        // Told from the content alone, a text whose lines look like rows may be taken for these.
        data::TextSettings settings;
        settings.quoting = "standard";
        const auto again =
            data::read_table(fuzz::scratch_file("again.csv", data::csv_of(rows)), "text", "label", settings).rows;
        fuzz::require(again.size() == rows.size(), "a row got lost on the way out and back");
        for (std::size_t i = 0; i < rows.size(); ++i) {
            fuzz::require(again[i].text == rows[i].text && again[i].is_positive == rows[i].is_positive,
                          "a row changed on the way out and back");
        }
    });
}
