using Mono.Cecil;
using SpotArtifacts.Engine;
using TorchSharp;

namespace SpotArtifacts.Cli.Tests.Repository;

/// <summary>
/// No program or library calls a member of TorchSharp's that makes a scalar for the call alone: see <see cref="TensorArithmetic"/>.
/// </summary>
/// <remarks>
/// eng/BannedSymbols.Scalars.txt says so where the code is written, but lists members by hand, and the analyzer passes over
/// compound assignments. This looks at what was compiled, and at TorchSharp as it is.
/// </remarks>
public sealed class NativeScalarsTests
{
    private const string Scalar = "TorchSharp.Scalar", Conversions = "TorchSharp.ScalarExtensionMethods";

    [Fact]
    public void Assemblies_OfTheSources_CallNothingThatMakesAScalar()
    {
        string[] assemblies =
        [
            .. Directory.GetFiles(AppContext.BaseDirectory, "SpotArtifacts*.dll")
                .Where(path => !path.EndsWith(".Tests.dll", StringComparison.Ordinal)),
            Path.Combine(AppContext.BaseDirectory, "spot.dll"),
        ];
        HashSet<string> makers = Makers();

        string[] calls = [.. assemblies.SelectMany(path => Calls(path, makers)).Where(call => !IsAllowed(call))];

        Assert.True(assemblies.Length >= 5, string.Join(", ", assemblies));
        Assert.True(calls.Length == 0, string.Join('\n', calls));
    }

    [Fact]
    public void Calls_OfThisClass_AreFound()
    {
        string[] calls = [.. Calls(typeof(NativeScalarsTests).Assembly.Location, Makers()).Where(call => call.Contains(
            nameof(Compound), StringComparison.Ordinal))];

        Assert.Collection(calls, call => Assert.Contains("op_Addition", call, StringComparison.Ordinal),
            call => Assert.Contains("op_Multiply", call, StringComparison.Ordinal),
            call => Assert.Contains("op_Implicit", call, StringComparison.Ordinal));
    }

    private static torch.Tensor Compound(torch.Tensor x)
    {
        x += x;
        x *= 2;
        return x.mul(0.5);
    }

    // Every method of TorchSharp's that gives a scalar, or calls one that does.
    private static HashSet<string> Makers()
    {
        using ModuleDefinition torchSharp = ModuleDefinition.ReadModule(typeof(torch).Assembly.Location);
        (string Name, string[] Calls)[] methods = [.. torchSharp.GetTypes()
            .Where(type => type.FullName is not (Scalar or Conversions)).SelectMany(type => type.Methods)
            .Select(method => (method.FullName, Called(method).Select(called => called.FullName).ToArray()))];
        HashSet<string> makers = [.. torchSharp.GetTypes().SelectMany(type => type.Methods).Where(method =>
            method.ReturnType.FullName == Scalar || method is { IsConstructor: true, DeclaringType.FullName: Scalar })
            .Select(method => method.FullName)];
        int known;
        do
        {
            known = makers.Count;
            makers.UnionWith(methods.Where(method => method.Calls.Any(makers.Contains)).Select(method => method.Name));
        }
        while (makers.Count > known);
        return makers;
    }

    // The one class that keeps them alive.
    private static bool IsAllowed(string call) =>
        call.StartsWith($"{typeof(TensorArithmetic).FullName}::", StringComparison.Ordinal)
        && call.Contains($"{Conversions}::ToScalar", StringComparison.Ordinal);

    private static IEnumerable<string> Calls(string path, HashSet<string> makers)
    {
        using ModuleDefinition module = ModuleDefinition.ReadModule(path);
        return [.. from type in module.GetTypes()
                   from method in type.Methods
                   from called in Called(method)
                   where makers.Contains(called.FullName)
                   select $"{type.FullName}::{method.Name} calls {called.FullName}"];
    }

    private static IEnumerable<MethodReference> Called(MethodDefinition method) => method.HasBody
        ? method.Body.Instructions.Select(instruction => instruction.Operand).OfType<MethodReference>()
            .Select(called => called.GetElementMethod())
        : [];
}
