// Vectors, names and labels in one DuckDB file, where SQL asks for what looks alike beside everything else it can ask for.
//
//     dotnet run --project samples/SpotArtifacts.Sample.DuckDb -- MODEL.onnx images.duckdb IMAGES...
using DuckDB.NET.Data;
using SpotArtifacts;
using SpotArtifacts.Features;
using SpotArtifacts.Features.Extraction;
using SpotArtifacts.Images;

if (args.Length < 3)
{
    Console.Error.WriteLine("usage: MODEL.onnx DATABASE IMAGES...");
    return 2;
}
string rows = args[1] + ".parquet";
try
{
    using SpotModel model = SpotModel.Load(args[0]);
    using (ImageSet images = ImageSet.Open(args[2..]))
        FeatureExtraction.Run(model, images, new FeatureExtractionOptions { Path = rows });
    using DuckDBConnection database = new($"Data Source={args[1]}");
    database.Open();
    // A column of FLOAT[n] holds n numbers in each row, and only that.
    Execute($"CREATE TABLE images AS SELECT name, label, embedding::FLOAT[{model.Dimensions}] AS vector FROM '{rows}'");
    Show("SELECT count(*) AS images, count(DISTINCT label) AS labels, len(any_value(vector)::FLOAT[]) AS numbers FROM images");
    Show("""
        SELECT other.name, other.label, round(array_cosine_similarity(one.vector, other.vector), 3) AS likeness
        FROM (FROM images ORDER BY name LIMIT 1) one JOIN images other ON one.name <> other.name
        ORDER BY likeness DESC, other.name LIMIT 5
        """);
    Show("""
        SELECT one.label, round(avg((one.label = other.label)::INT), 3) AS neighbours_of_the_label
        FROM (SELECT * FROM images USING SAMPLE 100 ROWS (reservoir, 1)) one, LATERAL (
            SELECT label FROM images WHERE name <> one.name
            ORDER BY array_cosine_similarity(one.vector, vector) DESC LIMIT 5) other
        GROUP BY ALL ORDER BY 2 DESC, 1 LIMIT 5
        """);
    return 0;

    void Execute(string sql)
    {
        using DuckDBCommand command = database.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    void Show(string sql)
    {
        using DuckDBCommand command = database.CreateCommand();
        command.CommandText = sql;
        using DuckDBDataReader reader = command.ExecuteReader();
        Console.WriteLine(string.Join('\t', Enumerable.Range(0, reader.FieldCount).Select(reader.GetName)));
        while (reader.Read())
            Console.WriteLine(string.Join('\t', Enumerable.Range(0, reader.FieldCount).Select(reader.GetValue)));
    }
}
catch (SpotException problem)
{
    Console.Error.WriteLine(problem.Message);
    return 1;
}
finally
{
    File.Delete(rows);
}
