// Vectors in PostgreSQL, beside the other columns of a table: CREATE EXTENSION vector (pgvector) has to be possible there.
//
//     dotnet run --project samples/SpotArtifacts.Sample.Postgres -- MODEL.onnx "Host=localhost;Username=me;Database=photos" IMAGES...
using Npgsql;
using Pgvector;
using SpotArtifacts;
using SpotArtifacts.Features;

if (args.Length < 3)
{
    Console.Error.WriteLine("usage: MODEL.onnx CONNECTION PHOTO...");
    return 2;
}
try
{
    using SpotModel model = SpotModel.Load(args[0], new SpotModelOptions { Normalize = true });
    NpgsqlDataSourceBuilder builder = new(args[1]);
    builder.UseVector();
    await using NpgsqlDataSource source = builder.Build();
    await using NpgsqlConnection database = await source.OpenConnectionAsync();
    await Run("CREATE EXTENSION IF NOT EXISTS vector");
    await database.ReloadTypesAsync();
    await Run($"CREATE TEMP TABLE pictures (name text PRIMARY KEY, vector vector({model.Dimensions}))");
    int next = 2;
    await foreach (float[] vector in model.EmbedAsync(args[2..]))
        await Run("INSERT INTO pictures VALUES ($1, $2)", args[next++], new Vector(vector));
    await Run("CREATE INDEX ON pictures USING hnsw (vector vector_cosine_ops)");

    await using NpgsqlCommand alike = new(
        """
        SELECT name, 1 - (vector <=> (SELECT vector FROM pictures WHERE name = $1)) FROM pictures
        WHERE name <> $1 ORDER BY vector <=> (SELECT vector FROM pictures WHERE name = $1) LIMIT 10
        """,
        database);
    alike.Parameters.Add(new() { Value = args[2] });
    await using NpgsqlDataReader reader = await alike.ExecuteReaderAsync();
    while (await reader.ReadAsync())
        Console.WriteLine(FormattableString.Invariant($"{Path.GetFileName(reader.GetString(0))} {reader.GetDouble(1):F3}"));
    return 0;

    async Task Run(string sql, params object[] values)
    {
        await using NpgsqlCommand command = new(sql, database);
        foreach (object value in values)
            command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync();
    }
}
catch (Exception problem) when (problem is SpotException or NpgsqlException)
{
    Console.Error.WriteLine(problem.Message);
    return 1;
}
