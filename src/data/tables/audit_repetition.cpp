#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "core/mixed_bits.h"
#include "core/parallel_for.h"
#include "data/tables/audit.h"
#include "data/tables/cell_bits.h"
#include "statistics/association.h"

namespace cellwise::tables {
namespace {

constexpr double collinear_from = 0.99;
constexpr double product_from = 0.999;
constexpr std::size_t product_rows = 400;  // on which products are looked for, before all rows are asked
constexpr std::size_t most_factors = 60;
constexpr double least_level_share = 0.01;  // of the rows, for a level to be compared
constexpr std::size_t counted_levels = 1000;

/// The rows of a level as one number: the sum of the rows' hashes.
struct LevelRows {
    std::uint64_t rows = 0;
    std::int64_t count = 0;
    auto operator<=>(const LevelRows&) const = default;
};

struct NamedLevel {
    std::size_t column;
    std::string level;
};

bool keeps_few_levels(const Column& column) {
    return (column.kind == Kind::category || column.kind == Kind::boolean) && column.levels.size() <= counted_levels;
}

std::vector<LevelRows> rows_of_levels(const Column& column) {
    std::vector<LevelRows> rows(column.levels.size());
    column.codes.visit([&](auto codes) {
        for (std::size_t row = 0; row < codes.size(); ++row) {
            if (codes[row] < 0) continue;
            auto& level = rows[static_cast<std::size_t>(codes[row])];
            level.rows += mixed_bits(row);
            ++level.count;
        }
    });
    return rows;
}

/// A hash of all cells; of categories it does not depend on the names of the levels.
std::uint64_t hash_of(const Column& column, std::size_t rows) {
    std::uint64_t hash = 0;
    std::vector<std::uint64_t> order(column.levels.size(), 0);  // of each level: when it came first
    std::uint64_t next = 0;
    with_cell_bits(column, [&](auto bits_of) {
        for (std::size_t row = 0; row < rows; ++row) {
            auto bits = bits_of(row);
            if (!column.codes.empty()) {
                const auto code = static_cast<std::int64_t>(bits);
                bits = 0;
                if (code >= 0) {
                    auto& place = order[static_cast<std::size_t>(code)];
                    if (place == 0) place = ++next;
                    bits = place;
                }
            }
            hash = mixed_bits(hash ^ bits);
        }
    });
    return hash;
}

/// What equal columns have in common and others seldom have: only columns that agree in it are looked at cell by cell.
struct Outline {
    bool keeps_levels = false;
    std::int64_t missing = 0, unique = 0;
    std::vector<std::int64_t> counts;  ///< of the most frequent levels
    double mean = 0;
    auto operator<=>(const Outline&) const = default;
};

Outline outline_of(const Column& column, const ColumnDescription& description) {
    Outline outline{!column.codes.empty(), description.missing, description.unique, {}, 0};
    for (const auto& level : description.levels) outline.counts.push_back(level.count);
    if (!outline.keeps_levels && description.numbers) outline.mean = description.numbers->mean;
    return outline;
}

bool is_constant(const ColumnDescription& description) {
    return description.unique == 0 || (description.unique == 1 && description.missing == 0);
}

/// Columns whose cells are equal in every row (of categories: but for the names of the levels), but not constants.
std::vector<std::vector<std::size_t>> equal_columns(const Table& table, const TableDescription& description,
                                                    int threads) {
    std::map<Outline, std::vector<std::size_t>> alike;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        if (is_constant(description.columns[i])) continue;
        alike[outline_of(table.columns[i], description.columns[i])].push_back(i);
    }
    std::vector<std::size_t> asked;
    for (const auto& [outline, columns] : alike) {
        if (columns.size() > 1) asked.insert(asked.end(), columns.begin(), columns.end());
    }
    std::vector<std::uint64_t> hashes(asked.size());
    parallel_for(asked.size(), threads, [&](std::size_t i) {
        hashes[i] = hash_of(table.columns[asked[i]], static_cast<std::size_t>(table.rows));
    });
    std::map<std::pair<bool, std::uint64_t>, std::vector<std::size_t>> groups;
    for (std::size_t i = 0; i < asked.size(); ++i) {
        groups[{table.columns[asked[i]].codes.empty(), hashes[i]}].push_back(asked[i]);
    }
    std::vector<std::vector<std::size_t>> equal;
    for (auto& [hash, group] : groups) {
        std::ranges::sort(group);
        if (group.size() > 1) equal.push_back(std::move(group));
    }
    std::ranges::sort(equal);
    return equal;
}

/// Finds c ≈ a·b. Not where a or b alone, or c's being a multiple of one of them, is the reason.
class ProductFinder {
public:
    ProductFinder(const Table& table, const Correlations& correlations)
        : correlations_(correlations), rows_(static_cast<std::size_t>(table.rows)) {
        for (const auto column : correlations.columns) columns_.push_back(&table.columns[column]);
        step_ = std::max<std::size_t>(1, rows_ / product_rows);
        for (const auto* column : columns_) samples_.push_back(every(step_, *column));
    }

    /// Places among the correlated columns: the factors, and r; nothing if `c` is no product.
    [[nodiscard]] std::optional<std::pair<std::pair<std::size_t, std::size_t>, double>> factors_of(
        std::size_t c) const {
        for (std::size_t a = 0; a < columns_.size(); ++a) {
            for (std::size_t b = a + 1; b < columns_.size(); ++b) {
                if (a == c || b == c || !may_be(a, c) || !may_be(b, c)) continue;
                const auto sampled = r_of(samples_[a], samples_[b], samples_[c]);
                if (!sampled || std::abs(*sampled) < product_from) continue;
                const auto whole = r_of(every(1, *columns_[a]), every(1, *columns_[b]), every(1, *columns_[c]));
                if (whole && std::abs(*whole) >= product_from) return std::pair(std::pair(a, b), *whole);
            }
        }
        return std::nullopt;
    }

private:
    [[nodiscard]] bool may_be(std::size_t factor, std::size_t c) const {
        const double r = std::abs(correlations_.matrix[factor][c]);
        return r < collinear_from;  // NaN: a constant
    }
    /// The numbers of every so-manieth row, from the first on.
    [[nodiscard]] std::vector<double> every(std::size_t step, const Column& column) const {
        std::vector<double> numbers;
        numbers.reserve(rows_ / step + 1);
        for (std::size_t row = 0; row < rows_; row += step) {
            numbers.push_back(column.integers.empty() ? column.numbers[row]
                                                      : static_cast<double>(column.integers[row]));
        }
        return numbers;
    }
    /// r of a·b and c.
    [[nodiscard]] static std::optional<double> r_of(std::vector<double> a, std::span<const double> b,
                                                    std::span<const double> c) {
        for (std::size_t i = 0; i < a.size(); ++i) a[i] *= b[i];
        const auto r = statistics::pearson(a, c);
        return r ? std::optional(r->value) : std::nullopt;
    }

    const Correlations& correlations_;
    std::size_t rows_ = 0, step_ = 1;
    std::vector<const Column*> columns_;
    std::vector<std::vector<double>> samples_;  ///< of every step_-th row
};

void add_levels(const Table& table, const std::set<std::pair<std::size_t, std::size_t>>& equal, int threads,
                std::vector<Finding>& findings) {
    std::vector<std::vector<LevelRows>> rows(table.columns.size());
    parallel_for(table.columns.size(), threads, [&](std::size_t i) {
        if (keeps_few_levels(table.columns[i])) rows[i] = rows_of_levels(table.columns[i]);
    });
    std::map<LevelRows, std::vector<NamedLevel>> groups;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        for (std::size_t k = 0; k < rows[i].size(); ++k) {
            if (static_cast<double>(rows[i][k].count) < least_level_share * static_cast<double>(table.rows)) continue;
            groups[rows[i][k]].push_back({i, table.columns[i].levels[k]});
        }
    }
    std::vector<Finding> found;
    for (const auto& [key, group] : groups) {
        std::vector<NamedLevel> own;  // columns that are equal as a whole are told of already
        for (const auto& level : group) {
            const bool is_known = std::ranges::any_of(own, [&](const NamedLevel& other) {
                return equal.contains({other.column, level.column});
            });
            if (!is_known && key.count < table.rows) own.push_back(level);
        }
        if (own.size() < 2) continue;
        Finding finding{FindingKind::repeated_levels, {}, key.count, 0, own.back().level};
        for (const auto& level : own) finding.columns.push_back(table.columns[level.column].name);
        found.push_back(std::move(finding));
    }
    std::ranges::sort(found, {}, &Finding::columns);
    findings.insert(findings.end(), found.begin(), found.end());
}

}  // namespace

void audit_repetition(const Table& table, const TableDescription& description, const Correlations& correlations,
                      int threads, std::vector<Finding>& findings) {
    std::set<std::pair<std::size_t, std::size_t>> equal;
    for (const auto& group : equal_columns(table, description, threads)) {
        Finding finding{FindingKind::repeated_columns, {}, table.rows, 1, ""};
        for (const auto column : group) {
            finding.columns.push_back(table.columns[column].name);
            for (const auto other : group) equal.insert({column, other});
        }
        findings.push_back(std::move(finding));
    }
    add_levels(table, equal, threads, findings);
    const auto& places = correlations.columns;
    for (std::size_t i = 0; i < places.size(); ++i) {
        for (std::size_t k = 0; k < i; ++k) {
            const double r = correlations.matrix[i][k];
            if (!(std::abs(r) >= collinear_from) || equal.contains({places[i], places[k]})) continue;
            findings.push_back({FindingKind::collinear,
                                {table.columns[places[k]].name, table.columns[places[i]].name},
                                table.rows,
                                r,
                                ""});
        }
    }
    if (places.size() > most_factors) return;
    const ProductFinder finder(table, correlations);
    std::vector<std::optional<std::pair<std::pair<std::size_t, std::size_t>, double>>> products(places.size());
    parallel_for(places.size(), threads, [&](std::size_t c) {
        if (table.columns[places[c]].kind == Kind::numeric) products[c] = finder.factors_of(c);
    });
    for (std::size_t c = 0; c < places.size(); ++c) {
        if (!products[c]) continue;
        const auto& [factors, r] = *products[c];
        findings.push_back({FindingKind::product,
                            {table.columns[places[c]].name, table.columns[places[factors.first]].name,
                             table.columns[places[factors.second]].name},
                            table.rows,
                            r,
                            ""});
    }
}

}  // namespace cellwise::tables
