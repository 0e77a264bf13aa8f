#include "core/display_width.h"
#include "data/tables/audit.h"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "data/tables/synthetic_customers.h"
#include "data/tables/table_file.h"
#include "report/text/table.h"
#include "tasks/customers/understanding.h"
#include "unit/error_of.h"

namespace cellwise::customers {
namespace {

using tables::FindingKind;
using test::error_of;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

/// "kind: column, column" of each finding.
std::vector<std::string> told(const std::vector<tables::Finding>& findings) {
    std::vector<std::string> texts;
    for (const auto& finding : findings) {
        std::string text = std::string(tables::finding_name(finding.kind)) + ":";
        for (const auto& column : finding.columns) text += " " + column;
        texts.push_back(text);
    }
    return texts;
}

std::string synthetic(std::int64_t rows, std::uint64_t seed, int threads) {
    std::string text;
    tables::write_synthetic_customers({rows, seed, threads}, [&](std::string_view piece) { text += piece; });
    return text;
}

TEST(SyntheticCustomers, TheAuditFindsWhatWasPlantedAndNothingElse) {
    const auto understanding = understand({});
    EXPECT_TRUE(understanding.is_synthetic);
    EXPECT_THAT(told(understanding.findings),
                UnorderedElementsAre("identifier: customer_id", "constant: currency", "missing: household_income",
                                     "missing: survey_score", "spelled_missing: occupation",
                                     "outliers: purchase_amount", "duplicates:", "contradictions:",
                                     "repeated_columns: plan plan_code", "collinear: total_spend total_spend_thousands",
                                     "leak: after_sales_calls", "telling_missingness: survey_score"));
}

TEST(SyntheticCustomers, AreTheSameForAnyNumberOfThreads) {
    EXPECT_EQ(synthetic(25000, 3, 1), synthetic(25000, 3, 3));
    EXPECT_NE(synthetic(100, 3, 1), synthetic(100, 4, 1));
    EXPECT_THAT(error_of<UsageError>([] { (void)synthetic(9, 0, 1); }), HasSubstr("--rows"));
}

TEST(SyntheticCustomers, TheBayesAreaBoundsWhatColumnsTell) {
    const auto truth = tables::write_synthetic_customers({20000, 0, 0}, [](std::string_view) {});
    EXPECT_GT(truth.bayes_auc, 0.78);
    EXPECT_LT(truth.bayes_auc, 0.88);
    const auto understanding = understand({});
    for (const auto& one : understanding.associations) {
        if (one.column == "after_sales_calls") continue;
        EXPECT_LT(one.association.value, truth.bayes_auc) << one.column;
    }
}

Understanding understand_text(const std::string& text, const std::string& target) {
    const auto path = std::filesystem::temp_directory_path() / ("audit_" + std::to_string(::getpid()) + ".csv");
    std::FILE* file = std::fopen(path.c_str(), "wb");
    std::fwrite(text.data(), 1, text.size(), file);
    std::fclose(file);
    UnderstandingRequest request;
    request.table = path.string();
    request.target.name = target;
    struct Removal {
        const std::filesystem::path& path;
        ~Removal() { std::filesystem::remove(path); }
    } removal{path};
    return understand(request);
}

TEST(Audit, TelcosTraps) {
    const auto path = std::filesystem::path(CELLWISE_TEST_DATA) / "telco_churn.csv";
    if (!std::filesystem::exists(path)) GTEST_SKIP() << path << " is not there";
    UnderstandingRequest request;
    request.table = path.string();
    request.target.name = "Churn";
    const auto understanding = understand(request);
    EXPECT_THAT(told(understanding.findings),
                ElementsAre("identifier: customerID", "missing: TotalCharges", "no_spread: SeniorCitizen",
                            "duplicates:", "contradictions:",
                            "repeated_levels: InternetService OnlineSecurity OnlineBackup DeviceProtection TechSupport "
                            "StreamingTV StreamingMovies",
                            "repeated_levels: PhoneService MultipleLines",
                            "product: TotalCharges tenure MonthlyCharges", "telling_missingness: TotalCharges"));
    const auto count = [&](FindingKind kind) {
        return std::ranges::find(understanding.findings, kind, &tables::Finding::kind)->count;
    };
    EXPECT_EQ(count(FindingKind::contradictions), 42);
    EXPECT_EQ(count(FindingKind::no_spread), 1142);
    EXPECT_EQ(count(FindingKind::telling_missingness), 11);
    EXPECT_EQ(understanding.target->positive, "Yes");
    EXPECT_NEAR(understanding.target->classes[0].share, 0.7346, 5e-5);
    const auto product = std::ranges::find(understanding.findings, FindingKind::product, &tables::Finding::kind);
    EXPECT_NEAR(product->value, 0.9996, 5e-5);
}

TEST(Audit, TargetsThatCannotBe) {
    std::string rows;
    for (int i = 0; i < 30; ++i) rows += "K" + std::to_string(i) + ",1," + std::to_string(i % 2) + "\n";
    const std::string text = "id,one,y\n" + rows;
    EXPECT_THAT(error_of<UsageError>([&] { (void)understand_text(text, "z"); }), HasSubstr("'z'"));
    EXPECT_THAT(error_of<DataError>([&] { (void)understand_text(text, "one"); }), HasSubstr("one value alone"));
    EXPECT_THAT(error_of<DataError>([&] { (void)understand_text(text, "id"); }), HasSubstr("identifier"));
    EXPECT_NO_THROW((void)understand_text(text, "y"));
}

TEST(Audit, MissingRowsOfANumericTarget) {
    std::string text = "a,b,y\n";
    for (int i = 0; i < 200; ++i) {
        text += (i % 4 == 0 ? std::string() : std::to_string(i % 7)) + "," + std::to_string(i % 5) + "," +
                std::to_string(i % 4 == 0 ? 500 + i : i) + "\n";
    }
    const auto understanding = understand_text(text, "y");
    EXPECT_EQ(understanding.target->kind, tables::TargetKind::regression);
    EXPECT_THAT(told(understanding.findings), testing::Contains("telling_missingness: a"));
}

TEST(Audit, RandomColumnsAreNotSuspected) {
    Understanding understanding = understand_text("x,y\n1.5,0\n2.5,1\n3.5,0\n0.5,1\n2.1,0\n2.9,1\n", "y");
    EXPECT_THAT(understanding.findings, IsEmpty());
}

// Of four rows a column tells the target by chance.
TEST(Audit, FewRowsShowNoLeak) {
    std::string text = "x,y\n";
    for (int i = 0; i < 10; ++i) {
        const auto findings = told(understand_text(text + "50,yes\n1,no\n", "y").findings);
        EXPECT_EQ(std::ranges::find(findings, "leak: x") != findings.end(), i >= 4) << text;
        text += std::to_string(i * 3 % 10) + ",no\n" + std::to_string(20 + i * 7 % 10) + ",yes\n";
    }
}

/// The order of the rows changes no figure but which of equally frequent levels is the top.
RC_GTEST_PROP(Description, DoesNotDependOnTheOrderOfRows, ()) {
    auto rows = *rc::gen::resize(60, rc::gen::nonEmpty(rc::gen::container<std::vector<std::pair<int, int>>>(
                                         rc::gen::pair(rc::gen::inRange(-50, 50), rc::gen::inRange(0, 4)))));
    const auto text_of = [&] {
        std::string text = "a,b\n";
        for (const auto& [a, b] : rows) text += std::to_string(a) + ",L" + std::to_string(b) + "\n";
        return text;
    };
    const auto before = tables::describe(tables::parse_table(text_of(), tables::TableForm::delimited, "t"));
    std::ranges::reverse(rows);
    const auto after = tables::describe(tables::parse_table(text_of(), tables::TableForm::delimited, "t"));
    RC_ASSERT(before.columns[0].numbers->median == after.columns[0].numbers->median);
    RC_ASSERT(std::abs(before.columns[0].numbers->mean - after.columns[0].numbers->mean) < 1e-12);
    RC_ASSERT(before.columns[0].unique == after.columns[0].unique);
    RC_ASSERT(before.columns[1].unique == after.columns[1].unique);
}

TEST(UnderstandingText, FitsEightyColumns) {
    const auto understanding = understand({});
    for (const auto language : {Language::english, Language::korean}) {
        const std::string text = understanding_text(understanding, language);
        EXPECT_THAT(text, HasSubstr("SYNTHETIC"));
        for (std::size_t at = 0; at < text.size();) {
            const auto end = text.find('\n', at);
            EXPECT_LE(display_width(text.substr(at, end - at)), 80U) << text.substr(at, end - at);
            at = end + 1;
        }
    }
}

TEST(UnderstandingPage, HoldsNoScriptAndEscapesNames) {
    const auto understanding = understand_text("<script>x,y\n1,0\n2,1\n3,0\n4,1\n", "y");
    const std::string page = understanding_page(understanding);
    EXPECT_EQ(page.find("<script"), std::string::npos);
    EXPECT_THAT(page, HasSubstr("&lt;script&gt;x"));
    EXPECT_THAT(understanding_page(understanding, Language::korean), HasSubstr("lang=\"ko\""));
}

TEST(UnderstandingJson, HasTheFiguresOfEachKind) {
    const auto json = understanding_json(understand({}));
    EXPECT_EQ(json.at("rows"), 5000);
    for (const auto& column : json.at("columns")) {
        for (const char* member : {"name", "kind", "count", "missing", "unique"}) EXPECT_TRUE(column.contains(member));
        const bool has_numbers = column.at("kind") == "numeric" || column.at("name") == "target";
        for (const char* member : {"mean", "std", "q25", "skew", "iqr_outliers", "histogram", "density"}) {
            EXPECT_EQ(column.contains(member), has_numbers) << column.at("name") << " " << member;
        }
        const bool has_levels = column.at("name") == "target" || (!has_numbers && column.at("kind") != "date");
        EXPECT_EQ(column.contains("top"), has_levels) << column.at("name");
    }
    EXPECT_EQ(json.at("target").at("positive"), "1");
}

}  // namespace
}  // namespace cellwise::customers
