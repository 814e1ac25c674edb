using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace SpotArtifacts.Settings;

/// <summary>A property of an immutable record, or of a record in it, as <c>recipe =&gt; recipe.Network.ImageSize</c>.</summary>
internal sealed class PropertyPath
{
    private readonly PropertyInfo[] _steps;

    /// <param name="property">From the record to the property, through nothing but properties with <c>init</c>.</param>
    internal PropertyPath(LambdaExpression property)
    {
        Stack<PropertyInfo> steps = [];
        Expression? at = property.Body;
        while (at is MemberExpression { Member: PropertyInfo { CanWrite: true } step } member)
        {
            steps.Push(step);
            // Properties of a base record stand behind a conversion where the record is a type parameter.
            at = member.Expression is UnaryExpression { NodeType: ExpressionType.Convert } converted ? converted.Operand
                : member.Expression;
        }
        if (at is not ParameterExpression || steps.Count == 0)
            throw new ArgumentException($"{property} must lead to a property with init, as o => o.Steps", nameof(property));
        _steps = [.. steps];
        Name = string.Join('.', _steps.Select(step => JsonNamingPolicy.SnakeCaseLower.ConvertName(step.Name)));
    }

    /// <summary>The properties' names in snake_case: <c>network.image_size</c>.</summary>
    internal string Name { get; }

    internal object? Get(object record) => _steps.Aggregate((object?)record, (owner, step) => step.GetValue(owner));

    /// <summary>What <c>record with { Network = record.Network with { ImageSize = value } }</c> gives.</summary>
    internal object With(object record, object? value) => With(record, _steps, value);

    private static object With(object record, ReadOnlySpan<PropertyInfo> steps, object? value)
    {
        object copy = Copy(record);
        steps[0].SetValue(copy, steps.Length == 1 ? value : With(steps[0].GetValue(record)!, steps[1..], value));
        return copy;
    }

    // What a record's own copy does, which has no name in C#.
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = nameof(MemberwiseClone))]
    private static extern object Copy(object record);
}
