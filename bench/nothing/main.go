// A provider that does nothing: it has the schema that it is given, and answers every question with what was asked. So
// a plan with it costs what Terraform itself does with such a schema, and the least that any provider adds.
//
//	go build -C bench/nothing -o nothing . && node bench/provider.ts --nothing bench/nothing/nothing
package main

import (
	"context"
	"encoding/json"
	"os"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Where what `terraform providers schema -json` prints lies.
const schemaFile = "NOTHING_SCHEMA"

type attribute struct {
	Type        json.RawMessage
	Description string
	Required    bool
	Optional    bool
	Computed    bool
	Sensitive   bool
	WriteOnly   bool `json:"write_only"`
	NestedType  *struct {
		Attributes  map[string]attribute
		NestingMode string `json:"nesting_mode"`
	} `json:"nested_type"`
}

type schema struct {
	Block struct{ Attributes map[string]attribute }
}

type schemas struct {
	Provider  schema
	Resources map[string]schema `json:"resource_schemas"`
}

func read() schemas {
	var printed struct {
		Providers map[string]schemas `json:"provider_schemas"`
	}
	text, err := os.ReadFile(os.Getenv(schemaFile))
	must(err)
	must(json.Unmarshal(text, &printed))
	for _, one := range printed.Providers {
		return one
	}
	panic("no provider has a schema")
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

var nestings = map[string]tfprotov6.SchemaObjectNestingMode{
	"single": tfprotov6.SchemaObjectNestingModeSingle,
	"list":   tfprotov6.SchemaObjectNestingModeList,
	"set":    tfprotov6.SchemaObjectNestingModeSet,
	"map":    tfprotov6.SchemaObjectNestingModeMap,
}

func toAttributes(from map[string]attribute) []*tfprotov6.SchemaAttribute {
	made := make([]*tfprotov6.SchemaAttribute, 0, len(from))
	for name, one := range from {
		to := &tfprotov6.SchemaAttribute{
			Name:        name,
			Description: one.Description,
			Required:    one.Required,
			Optional:    one.Optional,
			Computed:    one.Computed,
			Sensitive:   one.Sensitive,
			WriteOnly:   one.WriteOnly,
		}
		if nested := one.NestedType; nested != nil {
			to.NestedType = &tfprotov6.SchemaObject{
				Attributes: toAttributes(nested.Attributes),
				Nesting:    nestings[nested.NestingMode],
			}
		} else {
			var err error
			to.Type, err = tftypes.ParseJSONType(one.Type)
			must(err)
		}
		made = append(made, to)
	}
	return made
}

func toSchema(from schema) *tfprotov6.Schema {
	return &tfprotov6.Schema{Block: &tfprotov6.SchemaBlock{Attributes: toAttributes(from.Block.Attributes)}}
}

// What is not answered below is never asked by a plan.
type nothing struct {
	tfprotov6.ProviderServer
	types map[string]tftypes.Type
}

var capabilities = &tfprotov6.ServerCapabilities{GetProviderSchemaOptional: true, PlanDestroy: true}

func (*nothing) GetMetadata(context.Context, *tfprotov6.GetMetadataRequest) (*tfprotov6.GetMetadataResponse, error) {
	return &tfprotov6.GetMetadataResponse{ServerCapabilities: capabilities}, nil
}

func (*nothing) GetProviderSchema(context.Context, *tfprotov6.GetProviderSchemaRequest) (*tfprotov6.GetProviderSchemaResponse, error) {
	from := read()
	resources := map[string]*tfprotov6.Schema{}
	for name, one := range from.Resources {
		resources[name] = toSchema(one)
	}
	return &tfprotov6.GetProviderSchemaResponse{
		Provider:           toSchema(from.Provider),
		ResourceSchemas:    resources,
		ServerCapabilities: capabilities,
	}, nil
}

func (*nothing) GetResourceIdentitySchemas(context.Context, *tfprotov6.GetResourceIdentitySchemasRequest) (*tfprotov6.GetResourceIdentitySchemasResponse, error) {
	return &tfprotov6.GetResourceIdentitySchemasResponse{}, nil
}

func (*nothing) ValidateProviderConfig(_ context.Context, asked *tfprotov6.ValidateProviderConfigRequest) (*tfprotov6.ValidateProviderConfigResponse, error) {
	return &tfprotov6.ValidateProviderConfigResponse{PreparedConfig: asked.Config}, nil
}

func (*nothing) ConfigureProvider(context.Context, *tfprotov6.ConfigureProviderRequest) (*tfprotov6.ConfigureProviderResponse, error) {
	return &tfprotov6.ConfigureProviderResponse{}, nil
}

func (*nothing) StopProvider(context.Context, *tfprotov6.StopProviderRequest) (*tfprotov6.StopProviderResponse, error) {
	return &tfprotov6.StopProviderResponse{}, nil
}

func (*nothing) ValidateResourceConfig(context.Context, *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return &tfprotov6.ValidateResourceConfigResponse{}, nil
}

// The one question whose answer is not what was asked: a stored state comes as JSON and goes as MessagePack.
func (server *nothing) UpgradeResourceState(_ context.Context, asked *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	wanted := server.types[asked.TypeName]
	state, err := asked.RawState.Unmarshal(wanted)
	if err != nil {
		return nil, err
	}
	answer, err := tfprotov6.NewDynamicValue(wanted, state)
	return &tfprotov6.UpgradeResourceStateResponse{UpgradedState: &answer}, err
}

func (*nothing) ReadResource(_ context.Context, asked *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	return &tfprotov6.ReadResourceResponse{NewState: asked.CurrentState, Private: asked.Private}, nil
}

func (*nothing) PlanResourceChange(_ context.Context, asked *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	return &tfprotov6.PlanResourceChangeResponse{PlannedState: asked.PriorState, PlannedPrivate: asked.PriorPrivate}, nil
}

func main() {
	types := map[string]tftypes.Type{}
	for name, one := range read().Resources {
		types[name] = toSchema(one).ValueType()
	}
	must(tf6server.Serve("registry.terraform.io/sensorform/sensorform", func() tfprotov6.ProviderServer {
		return &nothing{types: types}
	}))
}
